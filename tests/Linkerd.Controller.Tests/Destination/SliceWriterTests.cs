using System.Text.Json.Nodes;
using Linkerd.Charts;
using Linkerd.Controller.Destination.Core;
using Linkerd.Controller.Destination.Slices;
using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;
using Linkerd.Kubernetes.Yaml;
using Linkerd.Local.Api;
using Linkerd.Testing;

namespace Linkerd.Controller.Tests.Destination;

/// <summary>The destination component writes the EndpointSlices of Services that select ExternalWorkloads, against the embedded API server.</summary>
public sealed class SliceWriterTests : IAsyncLifetime
{
    private static readonly ResourceType<JsonObject> s_workloads =
        ResourceType.Dynamic(new GroupVersionResource("workload.linkerd.io", "v1beta1", "externalworkloads"), "ExternalWorkload", namespaced: true);

    private readonly CancellationTokenSource _stop = new();
    private readonly string _kubeconfig = Path.GetTempFileName();
    private ApiServer _server = null!;
    private KubernetesClient _client = null!;
    private Task<int> _running = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await ApiServer.StartAsync(new ApiServerOptions());
        await File.WriteAllTextAsync(_kubeconfig, _server.AdminKubeconfig());
        _client = new KubernetesClient(KubernetesConfig.Load(_kubeconfig));
        foreach (var ns in (string[])["linkerd", "app"])
            await _client.Resource(Resources.Namespaces).CreateAsync(new() { Metadata = new() { Name = ns } });
        var definitions = ResourceType.Dynamic(new GroupVersionResource("apiextensions.k8s.io", "v1", "customresourcedefinitions"), "CustomResourceDefinition", namespaced: false);
        var release = new ChartRelease { Name = "linkerd-crds", Namespace = "linkerd" };
        foreach (var manifest in Manifests.Of(new ChartRenderer(EmbeddedCharts.Crds, release).Render([])))
            await _client.Resource(definitions).CreateAsync(manifest.Content.ToJson());
        _running = ControllerApp.RunAsync(["destination", "--kubeconfig", _kubeconfig, "--addr", "127.0.0.1:0", "--admin-addr", "127.0.0.1:0", "--log-level", "error"], _stop.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        Assert.Equal(0, await _running);
        _client.Dispose();
        await _server.DisposeAsync();
        _stop.Dispose();
        File.Delete(_kubeconfig);
    }

    [Fact]
    public async Task Slices_follow_workloads_their_status_and_labels_and_the_Service()
    {
        await CreateAsync("vm-1", "192.0.2.1");
        await CreateAsync("vm-2", "192.0.2.2");
        await CreateServiceAsync("vms", new() { ["app"] = "vm" });
        // One without a selector is somebody else's business.
        await CreateServiceAsync("by-hand", null);
        await EndpointsAsync("192.0.2.1 not ready, 192.0.2.2 not ready");
        var lease = await _client.Resource(Resources.Leases, "linkerd").GetAsync("linkerd-destination-endpoint-write");
        Assert.False(string.IsNullOrEmpty(lease.Spec!.HolderIdentity));

        await PatchAsync("vm-1", """{"status":{"conditions":[{"type":"Ready","status":"True","reason":"Alive","message":"","lastTransitionTime":"2026-01-01T00:00:00Z"}]}}""", "status");
        await EndpointsAsync("192.0.2.1, 192.0.2.2 not ready");
        await PatchAsync("vm-2", """{"metadata":{"labels":{"app":"other"}}}""");
        await EndpointsAsync("192.0.2.1");
        await PatchAsync("vm-1", """{"spec":{"workloadIPs":[{"ip":"198.51.100.7"}]}}""");
        await EndpointsAsync("198.51.100.7");

        // What others delete or write over comes back.
        var slice = Assert.Single(await SlicesAsync());
        var slices = _client.Resource(Resources.EndpointSlices, "app");
        await slices.DeleteAsync(slice.Metadata.Name!);
        await EndpointsAsync("198.51.100.7", except: slice.Metadata.Uid);
        slice = Assert.Single(await SlicesAsync());
        await slices.UpdateAsync(slice with { Endpoints = [] });
        await EndpointsAsync("198.51.100.7");

        await SelectAsync("other");
        await EndpointsAsync("192.0.2.2 not ready");
        await _client.Resource(s_workloads, "app").DeleteAsync("vm-2");
        await EndpointsAsync("");
        Assert.Empty(await SlicesAsync());
        await SelectAsync("vm");
        await EndpointsAsync("198.51.100.7");
        await _client.Resource(Resources.Services, "app").PatchAsync("vms", Patch.Merge(new JsonObject { ["spec"] = new JsonObject { ["selector"] = null } }));
        await EndpointsAsync("");
    }

    private async Task CreateAsync(string name, string ip) => await _client.Resource(s_workloads, "app").CreateAsync((JsonObject)KubernetesYaml.Read($$"""
        apiVersion: workload.linkerd.io/v1beta1
        kind: ExternalWorkload
        metadata: {name: {{name}}, namespace: app, labels: {app: vm} }
        spec:
          meshTLS: {identity: 'spiffe://root.linkerd.cluster.local/{{name}}', serverName: {{name}}.example }
          workloadIPs: [{ip: "{{ip}}" }]
          ports: [{name: web, port: 8080}]
        """)!);

    private Task<Service> CreateServiceAsync(string name, Dictionary<string, string>? selector) => _client.Resource(Resources.Services, "app").CreateAsync(new()
    {
        Metadata = new() { Name = name },
        Spec = new() { Selector = selector, Ports = [new() { Name = "http", Port = 80, TargetPort = "web" }] },
    });

    private Task<JsonObject> PatchAsync(string name, string patch, string? part = null) => _client.Resource(s_workloads, "app").PatchAsync(name, Patch.Merge((JsonObject)JsonNode.Parse(patch)!), part);

    private Task<Service> SelectAsync(string app) => _client.Resource(Resources.Services, "app").PatchAsync("vms", Patch.Merge(new JsonObject { ["spec"] = new JsonObject { ["selector"] = new JsonObject { ["app"] = app } } }));

    private async Task<List<EndpointSlice>> SlicesAsync() =>
        [.. (await _client.Resource(Resources.EndpointSlices, "app").ListAsync(new ListOptions { LabelSelector = $"{SlicePlanner.ManagedByLabel}={SlicePlanner.ManagedBy}" })).Items];

    /// <summary>Waits until the slices say what they should; on a Service that is not there nothing ever is.</summary>
    private async Task EndpointsAsync(string expected, string? except = null)
    {
        var found = "nothing was asked";
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!limit.IsCancellationRequested)
        {
            var slices = (await SlicesAsync()).Where(s => s.Metadata.Uid != except).ToList();
            Assert.All(slices, static s => Assert.Equal("vms", s.Metadata.Labels!["kubernetes.io/service-name"]));
            found = string.Join(", ", slices.SelectMany(static s => s.Endpoints ?? []).Select(static e => e.Addresses![0] + (e.Conditions!.Ready == true ? "" : " not ready")).Order(StringComparer.Ordinal));
            if (found == expected && (except is null || slices.Count > 0))
                return;
            await Task.Delay(5, CancellationToken.None);
        }

        Assert.Equal(expected, found);
    }
}
