using System.Text.Json.Nodes;
using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Local.Controllers;

/// <summary>Runs a Job's pods until enough have succeeded, too many have failed, or time is up.</summary>
internal sealed class JobController : Controller
{
    private static readonly TimeSpan FirstBackoff = TimeSpan.FromSeconds(2);

    public JobController(ControllerContext context)
        : base("job", context)
    {
        context.Jobs.AddHandler(new ChangeHandler<Workload>(j => Enqueue(j.Metadata)));
        context.Pods.AddHandler(new ChangeHandler<Pod>(p =>
        {
            if (Owners.ControllerOf(p.Metadata) is { Kind: "Job", Name: { } name })
                Enqueue(new ObjectKey(p.Metadata.Namespace!, name));
        }));
    }

    /// <summary>Whether a Job has ended, and how: <c>Complete</c>, <c>Failed</c> or null.</summary>
    public static string? EndOf(Workload job) => (job.Status?["conditions"] as JsonArray)?.OfType<JsonObject>()
        .FirstOrDefault(static c => c["type"]?.GetValue<string>() is "Complete" or "Failed" && c["status"]?.GetValue<string>() == "True")?["type"]?.GetValue<string>();

    protected override async Task ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (Context.Jobs.Get(key.Namespace, key.Name) is not { Metadata.DeletionTimestamp: null } job)
            return;
        if (EndOf(job) is not null)
        {
            await ExpireAsync(job, key, cancel);
            return;
        }

        var pods = Context.PodsOf(job).ToList();
        var succeeded = pods.Count(static p => p.Status?.Phase == "Succeeded");
        var failed = pods.Count(static p => p.Status?.Phase == "Failed");
        var active = pods.Where(PodFacts.IsActive).ToList();
        var parallelism = job.SpecNumber("parallelism", 1);
        var completions = job.Spec?["completions"] is null ? (int?)null : job.SpecNumber("completions", 1);
        var end = End(job, succeeded, failed, active.Count, completions, out var reason, out var message);
        if (end is not null)
        {
            foreach (var pod in active)
                await PodTemplate.DeleteAsync(Context, job, pod, cancel);
            active.Clear();
        }
        else if (job.Spec?["suspend"]?.GetValue<bool>() != true)
        {
            var wanted = completions is { } all ? Math.Min(parallelism, all - succeeded) : succeeded > 0 ? 0 : parallelism;
            if (failed == 0 || await BackedOffAsync(pods, failed, key, cancel))
            {
                for (var i = active.Count; i < wanted; i++)
                    await PodTemplate.CreateAsync(Context, job, NewPod(job), cancel);
            }

            active = Context.PodsOf(job).Where(PodFacts.IsActive).ToList();
        }

        await WriteStatusAsync(job, active, succeeded, failed, end, reason, message, cancel);
    }

    private string? End(Workload job, int succeeded, int failed, int active, int? completions, out string reason, out string message)
    {
        (reason, message) = ("", "");
        if (completions is { } all ? succeeded >= all : succeeded > 0 && active == 0)
            return "Complete";
        if (failed > job.SpecNumber("backoffLimit", 6))
            (reason, message) = ("BackoffLimitExceeded", "Job has reached the specified backoff limit");
        else if (job.Spec?["activeDeadlineSeconds"] is not null && Started(job) is { } start
            && Clock.GetUtcNow() - start > TimeSpan.FromSeconds(job.SpecNumber("activeDeadlineSeconds", 0)))
            (reason, message) = ("DeadlineExceeded", "Job was active longer than specified deadline");
        return reason.Length == 0 ? null : "Failed";
    }

    // Each failure doubles the pause before the next pod.
    private Task<bool> BackedOffAsync(List<Pod> pods, int failed, ObjectKey key, CancellationToken cancel)
    {
        var last = pods.Where(static p => p.Status?.Phase == "Failed")
            .SelectMany(static p => p.Status!.ContainerStatuses ?? []).Select(static c => c.State?.Terminated?.FinishedAt).Max() ?? DateTimeOffset.MinValue;
        var left = last + TimeSpan.FromTicks(FirstBackoff.Ticks << Math.Min(failed - 1, 8)) - Clock.GetUtcNow();
        if (left <= TimeSpan.Zero)
            return Task.FromResult(true);
        EnqueueAfter(key, left, cancel);
        return Task.FromResult(false);
    }

    private static JsonObject NewPod(Workload job) => PodTemplate.Pod(job, job.Spec?["template"]?.AsObject() ?? [], null,
    [
        KeyValuePair.Create("job-name", job.Metadata.Name!), KeyValuePair.Create("controller-uid", job.Metadata.Uid!),
        KeyValuePair.Create("batch.kubernetes.io/job-name", job.Metadata.Name!), KeyValuePair.Create("batch.kubernetes.io/controller-uid", job.Metadata.Uid!),
    ]);

    private static DateTimeOffset? Started(Workload job) =>
        DateTimeOffset.TryParse(job.Status?["startTime"]?.GetValue<string>(), System.Globalization.CultureInfo.InvariantCulture, out var time) ? time : null;

    private async Task WriteStatusAsync(Workload job, List<Pod> active, int succeeded, int failed, string? end, string reason, string message, CancellationToken cancel)
    {
        var status = new JsonObject
        {
            ["active"] = active.Count == 0 ? null : active.Count,
            ["ready"] = active.Count(PodFacts.IsReady),
            ["succeeded"] = succeeded == 0 ? null : succeeded,
            ["failed"] = failed == 0 ? null : failed,
            ["startTime"] = job.Status?["startTime"]?.DeepClone() ?? Statuses.Now(Clock),
        };
        if (end is not null)
        {
            status["conditions"] = new JsonArray(Statuses.Condition(job, end, true, reason, message, Clock));
            if (end == "Complete")
                status["completionTime"] = Statuses.Now(Clock);
            Context.Events.Record("Job", "batch/v1", job.Metadata, end == "Complete" ? "Normal" : "Warning", end == "Complete" ? "Completed" : reason, end == "Complete" ? "Job completed" : message);
        }
        else if (job.Spec?["activeDeadlineSeconds"] is not null)
        {
            EnqueueAfter(new ObjectKey(job.Metadata.Namespace!, job.Metadata.Name!), TimeSpan.FromSeconds(1), cancel);
        }

        await Statuses.WriteAsync(Client, WorkloadResources.Jobs, job, status, cancel);
    }

    private async Task ExpireAsync(Workload job, ObjectKey key, CancellationToken cancel)
    {
        if (job.Spec?["ttlSecondsAfterFinished"] is null)
            return;
        var text = job.Status?["completionTime"]?.GetValue<string>() ?? (job.Status?["conditions"] as JsonArray)?[0]?["lastTransitionTime"]?.GetValue<string>();
        var end = DateTimeOffset.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var time) ? time : Clock.GetUtcNow();
        var left = end + TimeSpan.FromSeconds(job.SpecNumber("ttlSecondsAfterFinished", 0)) - Clock.GetUtcNow();
        if (left > TimeSpan.Zero)
            EnqueueAfter(key, left, cancel);
        else
            await Client.Resource(WorkloadResources.Jobs, key.Namespace).TryDeleteAsync(key.Name, new DeleteOptions { PropagationPolicy = "Background" }, cancel);
    }
}
