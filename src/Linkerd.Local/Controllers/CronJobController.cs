using System.Globalization;
using System.Text.Json.Nodes;
using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Local.Controllers;

/// <summary>Makes Jobs at the times of their schedules.</summary>
internal sealed class CronJobController : Controller
{
    public CronJobController(ControllerContext context)
        : base("cronjob", context)
    {
        context.CronJobs.AddHandler(new ChangeHandler<Workload>(c => Enqueue(c.Metadata)));
        context.Jobs.AddHandler(new ChangeHandler<Workload>(j =>
        {
            if (Owners.ControllerOf(j.Metadata) is { Kind: "CronJob", Name: { } name })
                Enqueue(new ObjectKey(j.Metadata.Namespace!, name));
        }));
    }

    protected override async Task ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (Context.CronJobs.Get(key.Namespace, key.Name) is not { Metadata.DeletionTimestamp: null } cron)
            return;
        var jobs = Context.Jobs.Items.Where(j => Owners.IsControlledBy(j.Metadata, cron.Metadata.Uid)).ToList();
        await ForgetAsync(cron, jobs, cancel);
        var active = jobs.Where(static j => JobController.EndOf(j) is null).ToList();
        var scheduled = Time(cron, "lastScheduleTime");
        if (cron.Spec?["suspend"]?.GetValue<bool>() != true)
            scheduled = await ScheduleAsync(key, cron, active, scheduled, cancel);
        await Statuses.WriteAsync(Client, WorkloadResources.CronJobs, cron, new JsonObject
        {
            ["active"] = active.Count == 0 ? null : new JsonArray([.. active.Select(static j => (JsonNode)new JsonObject
            {
                ["apiVersion"] = "batch/v1", ["kind"] = "Job", ["name"] = j.Metadata.Name, ["namespace"] = j.Metadata.Namespace, ["uid"] = j.Metadata.Uid,
            })]),
            ["lastScheduleTime"] = scheduled is { } time ? Statuses.Text(time) : null,
        }, cancel);
    }

    private async Task<DateTimeOffset?> ScheduleAsync(ObjectKey key, Workload cron, List<Workload> active, DateTimeOffset? scheduled, CancellationToken cancel)
    {
        CronSchedule schedule;
        try
        {
            schedule = CronSchedule.Parse(cron.SpecText("schedule") ?? "");
        }
        catch (FormatException e)
        {
            Context.Events.Record("CronJob", "batch/v1", cron.Metadata, "Warning", "UnparseableSchedule", e.Message);
            return scheduled;
        }

        var now = Clock.GetUtcNow();
        // Of the times that were missed, as while the cluster was down, only the last counts.
        DateTimeOffset? due = null;
        var next = schedule.Next(scheduled ?? cron.Metadata.CreationTimestamp ?? now);
        while (next <= now)
        {
            due = next;
            next = schedule.Next(next.Value);
        }

        if (next is { } later && later > now)
            EnqueueAfter(key, later - now + TimeSpan.FromMilliseconds(50), cancel);
        if (due is not { } time || now - time > TimeSpan.FromSeconds(cron.SpecNumber("startingDeadlineSeconds", int.MaxValue)))
            return scheduled;
        var policy = cron.SpecText("concurrencyPolicy");
        if (policy == "Forbid" && active.Count != 0)
            return scheduled;
        if (policy == "Replace")
        {
            foreach (var job in active)
                await Client.Resource(WorkloadResources.Jobs, key.Namespace).TryDeleteAsync(job.Metadata.Name!, new DeleteOptions { PropagationPolicy = "Background" }, cancel);
        }

        active.Add(await CreateAsync(cron, time, cancel));
        return time;
    }

    private async Task<Workload> CreateAsync(Workload cron, DateTimeOffset time, CancellationToken cancel)
    {
        var template = cron.Spec?["jobTemplate"]?.AsObject() ?? [];
        // The name holds the time, so that one time never gets two Jobs.
        var name = $"{(cron.Metadata.Name!.Length > 52 ? cron.Metadata.Name[..52] : cron.Metadata.Name)}-{(time.ToUnixTimeSeconds() / 60).ToString(CultureInfo.InvariantCulture)}";
        var job = new Workload
        {
            Metadata = new ObjectMeta
            {
                Name = name,
                Namespace = cron.Metadata.Namespace,
                Labels = Map(template["metadata"]?["labels"]),
                Annotations = Map(template["metadata"]?["annotations"]),
                OwnerReferences = [new OwnerReference { ApiVersion = "batch/v1", Kind = "CronJob", Name = cron.Metadata.Name, Uid = cron.Metadata.Uid, Controller = true, BlockOwnerDeletion = true }],
            },
            Spec = template["spec"]?.DeepClone().AsObject(),
        };
        try
        {
            job = await Client.Resource(WorkloadResources.Jobs, cron.Metadata.Namespace).CreateAsync(job, cancel: cancel);
            Context.Events.Record("CronJob", "batch/v1", cron.Metadata, "Normal", "SuccessfulCreate", $"Created job {name}");
        }
        catch (KubernetesException e) when (e.IsAlreadyExists)
        {
            // Made before, and not yet noted in the status.
        }

        return job;
    }

    private async Task ForgetAsync(Workload cron, List<Workload> jobs, CancellationToken cancel)
    {
        await TrimAsync("Complete", cron.SpecNumber("successfulJobsHistoryLimit", 3));
        await TrimAsync("Failed", cron.SpecNumber("failedJobsHistoryLimit", 1));

        async Task TrimAsync(string end, int keep)
        {
            var ended = jobs.Where(j => JobController.EndOf(j) == end && j.Metadata.DeletionTimestamp is null).OrderBy(static j => j.Metadata.CreationTimestamp).ToList();
            foreach (var job in ended.Take(Math.Max(0, ended.Count - keep)))
                await Client.Resource(WorkloadResources.Jobs, job.Metadata.Namespace).TryDeleteAsync(job.Metadata.Name!, new DeleteOptions { PropagationPolicy = "Background" }, cancel);
        }
    }

    private static Dictionary<string, string>? Map(JsonNode? node) => (node as JsonObject)?.ToDictionary(static p => p.Key, static p => p.Value?.GetValue<string>() ?? "");

    private static DateTimeOffset? Time(Workload cron, string field) =>
        DateTimeOffset.TryParse(cron.Status?[field]?.GetValue<string>(), CultureInfo.InvariantCulture, out var time) ? time : null;
}
