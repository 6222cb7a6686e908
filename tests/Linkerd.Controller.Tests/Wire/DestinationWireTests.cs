using System.Net;
using System.Text.Json.Nodes;
using Linkerd.Api.Services;
using Linkerd.Controller.Common.Kubernetes;
using Linkerd.Controller.Destination.Core;
using Linkerd.Controller.Destination.Index;
using Linkerd.Controller.Destination.Reading;
using Linkerd.Controller.Destination.Serve;
using Linkerd.Grpc;
using Linkerd.Grpc.AspNetCore;
using Linkerd.Kubernetes.Yaml;
using Linkerd.Kubernetes.Models;
using Microsoft.Extensions.Logging.Abstractions;
using Proto = Linkerd.Api.Destination;

namespace Linkerd.Controller.Tests.Wire;

public sealed class DestinationWireTests : IAsyncLifetime
{
    private static readonly Method<Proto.GetDestination, Proto.Update> s_get =
        Methods.ServerStreaming(DestinationApi.ServiceName, DestinationApi.Get, Proto.GetDestination.Parser, Proto.Update.Parser);

    private static readonly Method<Proto.GetDestination, Proto.DestinationProfile> s_getProfile =
        Methods.ServerStreaming(DestinationApi.ServiceName, DestinationApi.GetProfile, Proto.GetDestination.Parser, Proto.DestinationProfile.Parser);

    private readonly DestinationSettings _settings = new();
    private readonly MetricRegistry _metrics = new();
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromSeconds(30));
    private DestinationIndex _index = null!;
    private GrpcServer _server = null!;
    private GrpcChannel _channel = null!;

    public async ValueTask InitializeAsync()
    {
        _index = new DestinationIndex(_settings);
        var metrics = new DestinationMetrics(_metrics);
        _index.EndpointsPublished = metrics.EndpointsPublished;
        var service = new DestinationService(_index, _settings, new EndpointMessages(null), metrics, NullLogger.Instance);
        _server = await GrpcServer.StartAsync(new GrpcServerSettings { EndPoint = new IPEndPoint(IPAddress.Loopback, 0) }, service.Map);
        _channel = GrpcChannel.ForAddress($"http://{_server.EndPoint}");
        _index.SetService(Cluster.Service("web"));
        _index.SetPod(PodReader.Read(Cluster.Pod("web-1", "10.1.0.1", node: "n1"), static (_, _) => new OwnerReference { Kind = "Deployment", Name = "web" }));
        _index.SetSlice(Cluster.Slice("web", endpoints: Cluster.Endpoint("10.1.0.1", "web-1", zone: "east")));
        _index.SetNode(new Node { Metadata = new() { Name = "n2", Labels = new Dictionary<string, string> { ["topology.kubernetes.io/zone"] = "west" } } });
    }

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        await _server.DisposeAsync();
        _limit.Dispose();
    }

    private IAsyncStreamReader<Proto.Update> Get(string path, string token = "") =>
        _channel.AsyncServerStreamingCall(s_get, new CallOptions { CancellationToken = _limit.Token }, new Proto.GetDestination { Path = path, ContextToken = token }).ResponseStream;

    private IAsyncStreamReader<Proto.DestinationProfile> GetProfile(string path) =>
        _channel.AsyncServerStreamingCall(s_getProfile, new CallOptions { CancellationToken = _limit.Token }, new Proto.GetDestination { Path = path }).ResponseStream;

    private async Task<T> NextAsync<T>(IAsyncStreamReader<T> stream) => await stream.MoveNext(_limit.Token) ? stream.Current : throw new InvalidOperationException("the stream ended");

    [Fact]
    public async Task Get_streams_what_comes_and_goes()
    {
        var stream = Get("web.app.svc.cluster.local:80", """{"ns":"app","nodeName":"n2","pod":"client"}""");
        var add = (await NextAsync(stream)).Add;
        Assert.Equal(("app", "web"), (add.MetricLabels["namespace"], add.MetricLabels["service"]));
        var endpoint = Assert.Single(add.Addrs);
        Assert.Equal((0x0A010001u, 8080u, 10_000u), (endpoint.Addr.Ip.Ipv4, endpoint.Addr.Port, endpoint.Weight));
        Assert.Equal("web.app.serviceaccount.identity.linkerd.cluster.local", endpoint.TlsIdentity.DnsLikeIdentity.Name);
        Assert.Equal(endpoint.TlsIdentity.DnsLikeIdentity.Name, endpoint.TlsIdentity.ServerName.Name);
        Assert.Equal(Proto.ProtocolHint.ProtocolOneofCase.H2, endpoint.ProtocolHint.ProtocolCase);
        Assert.Equal(4143u, endpoint.ProtocolHint.OpaqueTransport.InboundPort);
        Assert.Equal(("east", "remote", "web"), (endpoint.MetricLabels["zone"], endpoint.MetricLabels["zone_locality"], endpoint.MetricLabels["deployment"]));
        Assert.Equal(("Pod", "web-1", "app"), (endpoint.ResourceRef.Resource.Kind, endpoint.ResourceRef.Resource.Name, endpoint.ResourceRef.Resource.Namespace));
        Assert.Contains("endpoints_subscribers{cluster=\"local\",namespace=\"app\",service=\"web\",port=\"80\",hostname=\"\"} 1", _metrics.Expose());
        _index.RemovePod(new PodName("app", "web-1"));
        Assert.Equal(0x0A010001u, Assert.Single((await NextAsync(stream)).Remove.Addrs).Ip.Ipv4);
        foreach (var line in (string[])["endpoints_updates{%} 2", "endpoints_pods{%} 0", "endpoints_exists{%} 0"])
            Assert.Contains(line.Replace("%", "cluster=\"local\",namespace=\"app\",service=\"web\",port=\"80\",hostname=\"\"", StringComparison.Ordinal), _metrics.Expose());
    }

    [Theory]
    [InlineData("nope.app.svc.cluster.local:80", StatusCode.NotFound, "Service nope.app not found")]
    [InlineData("example.com:80", StatusCode.InvalidArgument, "Invalid authority: example.com:80")]
    [InlineData("web.app.svc.cluster.local:0", StatusCode.InvalidArgument, "Invalid authority: web.app.svc.cluster.local:0")]
    [InlineData("10.1.0.1:80", StatusCode.InvalidArgument, "IP queries not supported by Get API")]
    public async Task Get_refuses(string path, StatusCode code, string detail)
    {
        var e = await Assert.ThrowsAsync<RpcException>(() => NextAsync(Get(path)));
        Assert.Equal(code, e.StatusCode);
        Assert.StartsWith(detail, e.Status.Detail);
    }

    [Fact]
    public async Task GetProfile_tells_services_pods_and_the_rest_apart()
    {
        var service = await NextAsync(GetProfile("10.96.0.1:80"));
        Assert.Equal(("web.app.svc.cluster.local", 80u, "Service", false), (service.FullyQualifiedName, service.ParentRef.Resource.Port, service.ParentRef.Resource.Kind, service.OpaqueProtocol));
        Assert.Equal((0.2f, 10u, 10), (service.RetryBudget.RetryRatio, service.RetryBudget.MinRetriesPerSecond, service.RetryBudget.Ttl.Seconds));
        var pod = await NextAsync(GetProfile("10.1.0.1:8080"));
        Assert.Equal("app", pod.Endpoint.MetricLabels["namespace"]);
        Assert.NotNull(pod.Endpoint.TlsIdentity);
        var outside = await NextAsync(GetProfile("93.184.216.34:443"));
        Assert.Null(outside.Endpoint.TlsIdentity);
        Assert.Equal("", outside.FullyQualifiedName);
        var undeclared = await NextAsync(GetProfile("10.96.0.1:81"));
        Assert.Equal(0, undeclared.CalculateSize());
        Assert.Equal(StatusCode.InvalidArgument, (await Assert.ThrowsAsync<RpcException>(() => NextAsync(GetProfile("example.com:80")))).StatusCode);
    }

    [Fact]
    public async Task GetProfile_tells_the_routes_of_a_service_profile()
    {
        var stream = GetProfile("web.app.svc.cluster.local:80");
        Assert.Empty((await NextAsync(stream)).Routes);
        _index.SetProfile(new ServiceProfile("app", ProfileReader.Read((JsonObject)KubernetesYaml.Read("""
            metadata: {namespace: app, name: web.app.svc.cluster.local}
            spec:
              routes:
              - name: POST /vote
                condition: {all: [{method: POST}, {not: [{pathRegex: /admin}]}]}
                isRetryable: true
                timeout: 250ms
                responseClasses: [{condition: {status: {min: 500, max: 504}}, isFailure: true}]
              retryBudget: {retryRatio: 0.5, minRetriesPerSecond: 1, ttl: 5s}
              dstOverrides: [{authority: 'v2.app.svc.cluster.local:80', weight: 1500m}]
            """)!)));
        var profile = await NextAsync(stream);
        var route = Assert.Single(profile.Routes);
        Assert.Equal(("POST /vote", true, 250_000_000), (route.MetricsLabels["route"], route.IsRetryable, route.Timeout.Nanos));
        Assert.Equal("/admin", route.Condition.All.Matches[1].Not.Path.Regex);
        Assert.Equal((500u, 504u), (route.ResponseClasses[0].Condition.Status.Min, route.ResponseClasses[0].Condition.Status.Max));
        Assert.Equal((0.5f, 1u, 5L), (profile.RetryBudget.RetryRatio, profile.RetryBudget.MinRetriesPerSecond, profile.RetryBudget.Ttl.Seconds));
        Assert.Equal(15_000u, Assert.Single(profile.DstOverrides).Weight);
        Assert.Equal(("linkerd.io", "ServiceProfile", "web.app.svc.cluster.local", "app"), (profile.ProfileRef.Resource.Group, profile.ProfileRef.Resource.Kind, profile.ProfileRef.Resource.Name, profile.ProfileRef.Resource.Namespace));
        Assert.Equal(("web.app.svc.cluster.local", 80u), (profile.FullyQualifiedName, profile.ParentRef.Resource.Port));
    }

    [Fact]
    public async Task GetProfile_streams_changes()
    {
        var stream = GetProfile("web.app.svc.cluster.local:80");
        Assert.False((await NextAsync(stream)).OpaqueProtocol);
        _index.SetNamespace(Cluster.Namespace("app", new() { ["config.linkerd.io/opaque-ports"] = "80" }));
        Assert.True((await NextAsync(stream)).OpaqueProtocol);
    }

    [Fact]
    public async Task A_client_that_goes_is_forgotten()
    {
        var call = _channel.AsyncServerStreamingCall(s_get, new CallOptions { CancellationToken = _limit.Token }, new Proto.GetDestination { Path = "web.app.svc.cluster.local:80" });
        await NextAsync(call.ResponseStream);
        call.Dispose();
        await Testing.Eventually.TrueAsync(() => _metrics.Expose().Contains("endpoints_subscribers{cluster=\"local\",namespace=\"app\",service=\"web\",port=\"80\",hostname=\"\"} 0", StringComparison.Ordinal));
    }
}
