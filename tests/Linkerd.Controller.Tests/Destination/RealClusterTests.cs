using System.Net;
using System.Text.Json.Nodes;
using Linkerd.Controller.Destination.Core;
using Linkerd.Controller.Destination.Index;
using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;
using Linkerd.Testing;

namespace Linkerd.Controller.Tests.Destination;

/// <summary>The index fed by a real cluster, when <c>KUBECONFIG</c> leads to one; otherwise these pass without asking anything.</summary>
public sealed class RealClusterTests : IAsyncLifetime
{
    private const string Namespace = "linkerd-destination-tests";

    private readonly KubernetesClient? _client = string.IsNullOrEmpty(Environment.GetEnvironmentVariable("KUBECONFIG")) ? null : new(KubernetesConfig.Load());

    public async ValueTask InitializeAsync()
    {
        if (_client is not null && await _client.Resource(Resources.Namespaces).FindAsync(Namespace) is null)
            await _client.Resource(Resources.Namespaces).CreateAsync(new Namespace { Metadata = new() { Name = Namespace } });
    }

    public ValueTask DisposeAsync()
    {
        _client?.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Endpoints_follow_a_deployment(bool useSlices)
    {
        if (_client is null)
            return;
        var name = useSlices ? "by-slices" : "by-endpoints";
        await CreateAsync(name, replicas: 2);
        var index = new DestinationIndex(new DestinationSettings());
        var options = new InformerOptions { OnError = e => TestContext.Current.TestOutputHelper?.WriteLine(e.Message) };
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        await using var feed = await DestinationFeed.StartAsync(index, _client, useSlices, options, limit.Token);
        await feed.WaitForSyncAsync(limit.Token);

        EndpointSet? last = null;
        Profile? profile = null;
        using var endpoints = index.Subscribe(new ServiceName(Namespace, name), 80, set => last = set, out _);
        await EndpointsAsync(() => last, 2);
        Assert.All(last!.Endpoints, e => Assert.Equal((name, "default", 8080), (e.Labels["deployment"], e.Labels["serviceaccount"], e.Key.Port)));
        Assert.All(last.Endpoints, e => Assert.Equal($"default.{Namespace}.serviceaccount.identity.linkerd.cluster.local", e.TlsIdentity));

        var service = await _client.Resource(Resources.Services, Namespace).GetAsync(name, limit.Token);
        using var byAddress = index.Subscribe(new ProfileTarget.ByAddress(IPAddress.Parse(service.Spec!.ClusterIP!), 80), p => profile = p, out _);
        Assert.Equal($"{name}.{Namespace}.svc.cluster.local", Assert.IsType<Profile.OfService>(profile).FullyQualifiedName);

        var deployments = _client.Resource(Resources.Deployments, Namespace);
        await deployments.PatchAsync(name, Patch.Merge(JsonNode.Parse("""{"spec":{"replicas":3}}""")!), cancel: limit.Token);
        await EndpointsAsync(() => last, 3);
        await deployments.PatchAsync(name, Patch.Merge(JsonNode.Parse("""{"spec":{"replicas":1}}""")!), cancel: limit.Token);
        await EndpointsAsync(() => last, 1);
        await deployments.DeleteAsync(name, cancel: limit.Token);
        await EndpointsAsync(() => last, 0);
        await _client.Resource(Resources.Services, Namespace).DeleteAsync(name, cancel: limit.Token);
    }

    private static Task EndpointsAsync(Func<EndpointSet?> set, int count) => Eventually.TrueAsync(() => set()?.Endpoints.Length == count, $"{count} endpoints", 60);

    private async Task CreateAsync(string name, int replicas)
    {
        await _client!.Resource(Resources.Deployments, Namespace).TryDeleteAsync(name);
        await _client.Resource(Resources.Services, Namespace).TryDeleteAsync(name);
        var labels = new Dictionary<string, string> { ["app"] = name };
        var container = new Container
        {
            Name = "app",
            Image = "localhost/base:1",
            ImagePullPolicy = "Never",
            Command = ["sh", "-c", "mkdir /tmp/w; exec httpd -f -p 8080 -h /tmp/w"],
            Ports = [new() { Name = "http", Port = 8080 }],
        };
        var template = new PodTemplateSpec
        {
            Metadata = new() { Labels = new Dictionary<string, string>(labels) { ["linkerd.io/control-plane-ns"] = "linkerd" } },
            Spec = new() { Containers = [container], TerminationGracePeriodSeconds = 0 },
        };
        await _client.Resource(Resources.Deployments, Namespace).CreateAsync(new Deployment
        {
            Metadata = new() { Name = name },
            Spec = new() { Replicas = replicas, Selector = new() { MatchLabels = labels }, Template = template },
        });
        await _client.Resource(Resources.Services, Namespace).CreateAsync(new Service
        {
            Metadata = new() { Name = name },
            Spec = new() { Selector = labels, Ports = [new() { Name = "web", Port = 80, TargetPort = "http" }] },
        });
    }
}
