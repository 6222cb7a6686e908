using System.Text.Json.Nodes;
using Linkerd.Local.Controllers;
using Linkerd.Local.Schema;

namespace Linkerd.Local.Api;

/// <summary>CronJobs: schedule and policies.</summary>
internal sealed class CronJobStrategy : ResourceStrategy
{
    public override void Default(JsonObject node)
    {
        var spec = node.Child("spec");
        spec.Default("concurrencyPolicy", "Allow");
        spec.Default("suspend", false);
        spec.Default("successfulJobsHistoryLimit", 3);
        spec.Default("failedJobsHistoryLimit", 1);
        PodSpecs.Default(spec.Child("jobTemplate").Child("spec").Child("template").Child("spec"));
    }

    public override void Validate(JsonObject node, JsonObject? old, List<FieldError> errors)
    {
        var spec = node.Child("spec");
        var schedule = spec.Str("schedule") ?? "";
        if (schedule.Length == 0) errors.Add(FieldError.Required("spec.schedule"));
        else if (Fault(schedule) is { } fault) errors.Add(FieldError.InvalidText("spec.schedule", schedule, fault));
        if (spec.Str("concurrencyPolicy") is { } policy and not ("Allow" or "Forbid" or "Replace"))
            errors.Add(FieldError.Unsupported("spec.concurrencyPolicy", policy, "Allow", "Forbid", "Replace"));
        JobStrategy.ValidateTemplate(spec.Child("jobTemplate").Child("spec"), "spec.jobTemplate.spec", errors);
    }

    private static string? Fault(string schedule)
    {
        try
        {
            CronSchedule.Parse(schedule);
            return null;
        }
        catch (FormatException e)
        {
            return e.Message;
        }
    }
}
