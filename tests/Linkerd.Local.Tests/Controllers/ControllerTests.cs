using System.Text.Json.Nodes;
using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;
using Linkerd.Kubernetes.Yaml;
using Linkerd.Local.Cluster;
using Linkerd.Local.Controllers;
using Linkerd.Local.Runtime;

namespace Linkerd.Local.Tests.Controllers;

/// <summary>The controllers on a real API server; nothing runs the pods, the tests write their statuses.</summary>
public sealed class ControllerTests : IAsyncLifetime
{
    private readonly CancellationTokenSource _stop = new();
    private LocalCluster _cluster = null!;
    private Task _running = Task.CompletedTask;

    public async ValueTask InitializeAsync()
    {
        _cluster = await LocalCluster.StartAsync();
        var controllers = new ControllerSet(_cluster.Client, _cluster.Informers, "-----PEM-----", new NodeLog(TextWriter.Null, TimeProvider.System), TimeProvider.System);
        _cluster.Informers.Start();
        await _cluster.Informers.WaitForSyncAsync();
        await new NodeRegistration(_cluster.Client, TimeProvider.System, new NodeLog(TextWriter.Null, TimeProvider.System)).RegisterAsync(default);
        _running = controllers.RunAsync(_stop.Token);
        await UntilAsync(async () => await _cluster.Client.Resource(Resources.ServiceAccounts, "default").FindAsync("default") is not null);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await _running;
        }
        catch (OperationCanceledException)
        {
            // As asked.
        }

        await _cluster.DisposeAsync();
        _stop.Dispose();
    }

    [Fact]
    public async Task A_deployment_rolls_out_and_is_deleted_with_all_it_owns()
    {
        await CreateAsync("apps/v1", "deployments", """
            kind: Deployment
            metadata: {name: web}
            spec:
              replicas: 2
              selector: {matchLabels: {app: web}}
              template:
                metadata: {labels: {app: web}}
                spec:
                  containers: [{name: c, image: host, ports: [{containerPort: 8080, name: http}]}]
            """);
        await CreateAsync("v1", "services", """
            kind: Service
            metadata: {name: web}
            spec: {selector: {app: web}, ports: [{port: 80, targetPort: http}]}
            """);
        var pods = await PodsAsync(2);
        Assert.All(pods, p => Assert.Equal(NodeContext.NodeName, p.Spec!.NodeName));
        Assert.All(pods, p => Assert.Equal("ReplicaSet", Assert.Single(p.Metadata.OwnerReferences!).Kind));
        await ReadyAsync(pods);
        await UntilAsync(async () => (await Deployments.GetAsync("web")).Status is { AvailableReplicas: 2, UpdatedReplicas: 2 });
        await UntilAsync(async () => (await _cluster.Client.Resource(Resources.EndpointSlices, "default").ListAsync(new ListOptions { LabelSelector = "kubernetes.io/service-name=web" }))
            .Items.SelectMany(static s => s.Endpoints ?? []).Count(static e => e.Conditions?.Ready == true) == 2);
        var slice = (await _cluster.Client.Resource(Resources.EndpointSlices, "default").ListAsync(new ListOptions { LabelSelector = "kubernetes.io/service-name=web" })).Items[0];
        Assert.Equal(8080, Assert.Single(slice.Ports!).Port);

        // A new template makes a new ReplicaSet; the old pods go as the new ones get ready.
        await Deployments.PatchAsync("web", Patch.Merge(JsonNode.Parse("""{"spec":{"template":{"metadata":{"annotations":{"again":"1"}}}}}""")!));
        await UntilAsync(async () =>
        {
            await ReadyAsync(await ListPodsAsync());
            return (await Deployments.GetAsync("web")) is { Status: { UpdatedReplicas: 2, AvailableReplicas: 2, Replicas: 2 } status } now && status.ObservedGeneration == now.Metadata.Generation;
        });
        Assert.Equal("2", (await Deployments.GetAsync("web")).Metadata.Annotations!["deployment.kubernetes.io/revision"]);

        await Deployments.DeleteAsync("web");
        await UntilAsync(async () =>
        {
            await EndAsync();
            return (await _cluster.Client.Resource(Resources.ReplicaSets, "default").ListAsync()).Items.Count == 0 && (await ListPodsAsync()).Count == 0;
        });
    }

    [Fact]
    public async Task A_stateful_set_makes_its_pods_in_order()
    {
        await CreateAsync("apps/v1", "statefulsets", """
            kind: StatefulSet
            metadata: {name: db}
            spec:
              replicas: 2
              serviceName: db
              selector: {matchLabels: {app: db}}
              template:
                metadata: {labels: {app: db}}
                spec: {containers: [{name: c, image: host}]}
            """);
        var first = await PodsAsync(1);
        Assert.Equal("db-0", first[0].Metadata.Name);
        Assert.Equal(("db-0", "db"), (first[0].Spec!.Hostname, first[0].Spec!.Subdomain));
        await ReadyAsync(first);
        var both = await PodsAsync(2);
        Assert.Equal(["db-0", "db-1"], both.Select(static p => p.Metadata.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_job_completes_when_its_pod_succeeds()
    {
        await CreateAsync("batch/v1", "jobs", """
            kind: Job
            metadata: {name: once}
            spec:
              template:
                spec: {restartPolicy: Never, containers: [{name: c, image: host}]}
            """);
        var pod = (await PodsAsync(1))[0];
        await StatusAsync(pod, """{"status":{"phase":"Succeeded"}}""");
        await UntilAsync(async () => (await _cluster.Client.Resource(Resources.Jobs, "default").GetAsync("once")).Status is { Succeeded: 1 } status
            && (status.Conditions ?? []).Any(static c => c is { Type: "Complete", Status: "True" }));
    }

    [Fact]
    public async Task A_daemon_set_runs_once()
    {
        await CreateAsync("apps/v1", "daemonsets", """
            kind: DaemonSet
            metadata: {name: agent}
            spec:
              selector: {matchLabels: {app: agent}}
              template:
                metadata: {labels: {app: agent}}
                spec: {containers: [{name: c, image: host}]}
            """);
        await ReadyAsync(await PodsAsync(1));
        await UntilAsync(async () => (await _cluster.Client.Resource(Resources.DaemonSets, "default").GetAsync("agent")).Status is { NumberReady: 1, DesiredNumberScheduled: 1 });
    }

    [Fact]
    public async Task A_cron_job_makes_up_for_the_last_time_that_was_missed()
    {
        await CreateAsync("batch/v1", "cronjobs", """
            kind: CronJob
            metadata: {name: report}
            spec:
              schedule: "0 0 1 1 *"
              suspend: true
              jobTemplate:
                metadata: {labels: {made-by: cron}}
                spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: host, command: ["true"]}]}}}
            """);
        var crons = _cluster.Client.Resource(WorkloadResources.CronJobs, "default");
        var jobs = _cluster.Client.Resource(WorkloadResources.Jobs, "default");
        // As after years in which the cluster was down: several times were missed, the last at the beginning of this year.
        var year = TimeProvider.System.GetUtcNow().Year;
        var due = new DateTimeOffset(year, 1, 1, 0, 0, 0, TimeSpan.Zero);
        await crons.PatchAsync("report", Patch.Merge(new JsonObject { ["status"] = new JsonObject { ["lastScheduleTime"] = $"{year - 3}-06-01T00:00:00Z" } }), "status");
        await crons.PatchAsync("report", Patch.Merge(JsonNode.Parse("""{"spec":{"suspend":false}}""")!));

        var pod = Assert.Single(await PodsAsync(1));
        var job = Assert.Single((await jobs.ListAsync()).Items);
        Assert.Equal(($"report-{due.ToUnixTimeSeconds() / 60}", "cron"), (job.Metadata.Name, job.Metadata.Labels!["made-by"]));
        await UntilAsync(async () => (await crons.GetAsync("report")).Status is { } s && s["active"] is JsonArray { Count: 1 }
            && DateTimeOffset.Parse(s["lastScheduleTime"]!.GetValue<string>()) == due);

        await StatusAsync(pod, """{"status":{"phase":"Succeeded"}}""");
        await UntilAsync(async () => (await crons.GetAsync("report")).Status?["active"] is null or JsonArray { Count: 0 });
        Assert.Single((await jobs.ListAsync()).Items);
    }

    [Fact]
    public async Task A_CronJob_runs_again_after_weeks_in_which_the_cluster_was_down()
    {
        await CreateAsync("batch/v1", "cronjobs", """
            kind: CronJob
            metadata: {name: often}
            spec:
              schedule: "* * * * *"
              suspend: true
              startingDeadlineSeconds: 200
              jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: host}]}}}}
            """);
        var crons = _cluster.Client.Resource(WorkloadResources.CronJobs, "default");
        var past = DateTimeOffset.UtcNow.AddDays(-30).ToString("yyyy-MM-dd'T'HH:mm:00'Z'", System.Globalization.CultureInfo.InvariantCulture);
        await crons.PatchAsync("often", Patch.Merge(JsonNode.Parse($$$"""{"status":{"lastScheduleTime":"{{{past}}}"}}""")!), "status");
        await crons.PatchAsync("often", Patch.Merge(JsonNode.Parse("""{"spec":{"suspend":false}}""")!));
        await UntilAsync(async () => (await _cluster.Client.Resource(WorkloadResources.Jobs, "default").ListAsync()).Items.Count != 0);
    }

    [Fact]
    public async Task Deleting_an_owner_in_the_foreground_spares_what_is_not_its_alone()
    {
        var maps = _cluster.Client.Resource(Resources.ConfigMaps, "default");
        var owner = await maps.CreateAsync(Map("owner"));
        var second = await maps.CreateAsync(Map("second"));
        await maps.CreateAsync(Map("own", owner));
        await maps.CreateAsync(Map("shared", owner, second));
        await maps.CreateAsync(Map("released", owner));
        await CollectedAsync("orphan-1");
        await maps.PatchAsync("released", Patch.Merge(JsonNode.Parse("""{"metadata":{"ownerReferences":null}}""")!));
        await CollectedAsync("orphan-2");

        await maps.DeleteAsync("owner", new DeleteOptions { PropagationPolicy = "Foreground" });
        await UntilAsync(async () => await maps.FindAsync("owner") is null);
        Assert.Null(await maps.FindAsync("own"));
        Assert.NotNull(await maps.FindAsync("released"));
        Assert.Equal("second", Assert.Single((await maps.GetAsync("shared")).Metadata.OwnerReferences!).Name);

        // The collector has seen all that was written before what it has just collected.
        async Task CollectedAsync(string name)
        {
            await maps.CreateAsync(Map(name, Map("nobody", uid: Guid.NewGuid().ToString())));
            await UntilAsync(async () => await maps.FindAsync(name) is null);
        }
    }

    private static ConfigMap Map(string name, params ConfigMap[] owners) => new()
    {
        Metadata = new ObjectMeta
        {
            Name = name,
            OwnerReferences = [.. owners.Select(static o => new OwnerReference { ApiVersion = "v1", Kind = "ConfigMap", Name = o.Metadata.Name, Uid = o.Metadata.Uid, BlockOwnerDeletion = true })],
        },
    };

    private static ConfigMap Map(string name, string uid) => new() { Metadata = new ObjectMeta { Name = name, Uid = uid } };

    [Fact]
    public async Task A_namespace_goes_with_all_that_is_in_it()
    {
        var namespaces = _cluster.Client.Resource(Resources.Namespaces);
        await namespaces.CreateAsync(new Namespace { Metadata = new ObjectMeta { Name = "gone" } });
        await UntilAsync(async () => await _cluster.Client.Resource(Resources.ConfigMaps, "gone").FindAsync("kube-root-ca.crt") is not null);
        await namespaces.DeleteAsync("gone");
        await UntilAsync(async () => await namespaces.FindAsync("gone") is null);
    }

    private ResourceClient<Deployment> Deployments => _cluster.Client.Resource(Resources.Deployments, "default");

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        var deadline = Environment.TickCount64 + 40_000;
        while (!await condition())
        {
            Assert.True(Environment.TickCount64 < deadline, "the condition did not hold in time");
            await Task.Delay(10);
        }
    }

    private async Task CreateAsync(string version, string plural, string yaml)
    {
        var document = KubernetesYaml.Read(yaml)!.AsObject();
        document["apiVersion"] = version;
        var slash = version.IndexOf('/', StringComparison.Ordinal);
        var gvr = slash < 0 ? new GroupVersionResource("", version, plural) : new GroupVersionResource(version[..slash], version[(slash + 1)..], plural);
        await _cluster.Client.Dynamic(gvr, document["kind"]!.GetValue<string>(), true, "default").CreateAsync(document);
    }

    private async Task<IReadOnlyList<Pod>> ListPodsAsync() => (await _cluster.Client.Resource(Resources.Pods, "default").ListAsync()).Items;

    private async Task<IReadOnlyList<Pod>> PodsAsync(int count)
    {
        IReadOnlyList<Pod> pods = [];
        await UntilAsync(async () => (pods = await ListPodsAsync()).Count == count && pods.All(static p => p.Spec?.NodeName is { Length: > 0 }));
        return pods;
    }

    private async Task ReadyAsync(IEnumerable<Pod> pods)
    {
        var number = 10;
        foreach (var pod in pods.Where(static p => p.Status?.PodIP is null && p.Metadata.DeletionTimestamp is null))
            await StatusAsync(pod, $$$"""{"status":{"phase":"Running","podIP":"10.42.0.{{{number++}}}","conditions":[{"type":"Ready","status":"True","lastTransitionTime":"2026-01-01T00:00:00Z"}]}}""");
        await EndAsync();
    }

    private async Task StatusAsync(Pod pod, string status)
    {
        try
        {
            await _cluster.Client.Resource(Resources.Pods, "default").PatchAsync(pod.Metadata.Name!, Patch.Merge(JsonNode.Parse(status)!), "status");
        }
        catch (KubernetesException e) when (e.IsNotFound)
        {
            // Deleted in between.
        }
    }

    // What the runtime does when the containers of a deleted pod have ended.
    private async Task EndAsync()
    {
        foreach (var pod in (await ListPodsAsync()).Where(static p => p.Metadata.DeletionTimestamp is not null))
            await _cluster.Client.Resource(Resources.Pods, "default").TryDeleteAsync(pod.Metadata.Name!, new DeleteOptions { GracePeriodSeconds = 0 });
    }
}
