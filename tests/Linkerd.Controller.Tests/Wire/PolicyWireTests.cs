using System.Net;
using Linkerd.Api.Inbound;
using Linkerd.Api.Outbound;
using Linkerd.Api.Services;
using Linkerd.Controller.Common.Api;
using Linkerd.Controller.Policy.Core;
using Linkerd.Controller.Policy.Index;
using Linkerd.Controller.Policy.Serve;
using Linkerd.Grpc;
using Linkerd.Grpc.AspNetCore;

namespace Linkerd.Controller.Tests.Wire;

public sealed class PolicyWireTests : IAsyncLifetime
{
    private static readonly Method<PortSpec, Server> s_getPort = Methods.Unary(InboundApi.ServiceName, InboundApi.GetPort, PortSpec.Parser, Server.Parser);
    private static readonly Method<PortSpec, Server> s_watchPort = Methods.ServerStreaming(InboundApi.ServiceName, InboundApi.WatchPort, PortSpec.Parser, Server.Parser);
    private static readonly Method<TrafficSpec, OutboundPolicy> s_get = Methods.Unary(OutboundApi.ServiceName, OutboundApi.Get, TrafficSpec.Parser, OutboundPolicy.Parser);
    private static readonly Method<TrafficSpec, OutboundPolicy> s_watch = Methods.ServerStreaming(OutboundApi.ServiceName, OutboundApi.Watch, TrafficSpec.Parser, OutboundPolicy.Parser);

    private readonly CancellationTokenSource _limit = new(TimeSpan.FromSeconds(30));
    private PolicyIndex _index = null!;
    private GrpcServer _server = null!;
    private GrpcChannel _channel = null!;

    public async ValueTask InitializeAsync()
    {
        var settings = new PolicySettings
        {
            DefaultOpaquePorts = PortSet.Parse("3306"),
            ClusterNetworks = [IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("fd00::/8")],
            ProbeNetworks = [IPNetwork.Parse("0.0.0.0/0")],
        };
        _index = new PolicyIndex(settings);
        var inbound = new InboundService(_index);
        var outbound = new OutboundService(_index, settings);
        _server = await GrpcServer.StartAsync(new GrpcServerSettings { EndPoint = new IPEndPoint(IPAddress.Loopback, 0) }, endpoints =>
        {
            inbound.Map(endpoints);
            outbound.Map(endpoints);
        });
        _channel = GrpcChannel.ForAddress($"http://{_server.EndPoint}");
        _index.SetService(Cluster.Service("web"));
        SetPod([]);
    }

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        await _server.DisposeAsync();
        _limit.Dispose();
    }

    private void SetPod(Dictionary<string, string> annotations) =>
        _index.SetWorkload(WorkloadReader.Pod(Cluster.Pod("web-1", "10.1.0.1", annotations: annotations)));

    private Task<Server> GetPort(string workload, uint port) =>
        _channel.AsyncUnaryCall(s_getPort, new CallOptions { CancellationToken = _limit.Token }, new PortSpec { Workload = workload, Port = port }).ResponseAsync;

    private Task<OutboundPolicy> Get(TrafficSpec spec)
    {
        spec.SourceWorkload = "app:client";
        return _channel.AsyncUnaryCall(s_get, new CallOptions { CancellationToken = _limit.Token }, spec).ResponseAsync;
    }

    private static TrafficSpec At(string ip, int port) => new() { Addr = Addresses.ToMessage(IPAddress.Parse(ip), port) };

    private async Task<T> NextAsync<T>(IAsyncStreamReader<T> stream) => await stream.MoveNext(_limit.Token) ? stream.Current : throw new InvalidOperationException("the stream ended");

    [Fact]
    public async Task The_default_policy_permits_everyone_and_probes_have_a_route()
    {
        var server = await GetPort("""{"ns":"app","pod":"web-1"}""", 8080);
        Assert.Equal("group=,kind=default,name=all-unauthenticated", string.Join(',', server.Labels.OrderBy(l => l.Key).Select(l => $"{l.Key}={l.Value}")));
        Assert.Equal(10, server.Protocol.Detect.Timeout.Seconds);
        var authorization = Assert.Single(server.Authorizations);
        Assert.Equal(2, authorization.Networks.Count);
        Assert.Equal(Authn.PermitOneofCase.Unauthenticated, authorization.Authentication.PermitCase);
        Assert.Equal("all-unauthenticated", authorization.Metadata.Default);
        Assert.Equal(["default", "probe"], server.Protocol.Detect.HttpRoutes.Select(r => r.Metadata.Default));
        var probe = server.Protocol.Detect.HttpRoutes[1];
        Assert.Equal(["/live", "/ready"], probe.Rules[0].Matches.Select(m => m.Path.Exact));
        Assert.Equal("probe", Assert.Single(probe.Authorizations).Labels["name"]);
    }

    [Fact]
    public async Task Policies_are_streamed_as_annotations_change()
    {
        var stream = _channel.AsyncServerStreamingCall(s_watchPort, new CallOptions { CancellationToken = _limit.Token }, new PortSpec { Workload = "app:web-1", Port = 3306 }).ResponseStream;
        Assert.Equal(Linkerd.Api.Inbound.ProxyProtocol.KindOneofCase.Opaque, (await NextAsync(stream)).Protocol.KindCase);
        SetPod(new() { ["config.linkerd.io/default-inbound-policy"] = "deny" });
        Assert.Empty((await NextAsync(stream)).Authorizations);
        SetPod(new() { ["config.linkerd.io/default-inbound-policy"] = "cluster-authenticated", ["config.linkerd.io/opaque-ports"] = "" });
        var server = await NextAsync(stream);
        var authorization = Assert.Single(server.Authorizations);
        Assert.Equal(["8", "8"], authorization.Networks.Select(n => n.Net.PrefixLen.ToString()));
        Assert.Empty(Assert.Single(authorization.Authentication.MeshTLS.Identities.Suffixes).Parts);
        Assert.NotNull(server.Protocol.Detect);
    }

    [Theory]
    [InlineData("nonsense", 80u, StatusCode.InvalidArgument)]
    [InlineData("app:web-1", 0u, StatusCode.InvalidArgument)]
    [InlineData("app:web-1", 65536u, StatusCode.InvalidArgument)]
    [InlineData("app:nobody", 80u, StatusCode.NotFound)]
    [InlineData("""{"ns":"app","external_workload":"vm"}""", 80u, StatusCode.NotFound)]
    public async Task Inbound_refuses(string workload, uint port, StatusCode code) =>
        Assert.Equal(code, (await Assert.ThrowsAsync<RpcException>(() => GetPort(workload, port))).StatusCode);

    [Fact]
    public async Task A_service_is_detected_balanced_and_queued()
    {
        var policy = await Get(At("10.96.0.1", 80));
        Assert.Equal(("core", "Service", "web", "app", 80u), (policy.Metadata.Resource.Group, policy.Metadata.Resource.Kind, policy.Metadata.Resource.Name, policy.Metadata.Resource.Namespace, policy.Metadata.Resource.Port));
        var detect = policy.Protocol.Detect;
        var route = Assert.Single(detect.Http1.Routes);
        Assert.Equal(("http", "opaque", 10L), (route.Metadata.Default, detect.Opaque.Routes[0].Metadata.Default, detect.Timeout.Seconds));
        var backend = Assert.Single(route.Rules[0].Backends.FirstAvailable.Backends).Backend;
        Assert.Equal(("web.app.svc.cluster.local:80", 100u, 3L), (backend.Balancer.Discovery.Dst.Path, backend.Queue.Capacity, backend.Queue.FailfastTimeout.Seconds));
        Assert.Equal((30_000_000, 10L), (backend.Balancer.PeakEwma.DefaultRtt.Nanos, backend.Balancer.PeakEwma.Decay.Seconds));
        Assert.Equal(policy, await Get(new TrafficSpec { Authority = "web.app.svc.cluster.local:80" }));
    }

    [Fact]
    public async Task Timeouts_and_retries_of_a_service_are_on_its_routes()
    {
        _index.SetService(Cluster.Service("web", annotations: new() { ["timeout.linkerd.io/request"] = "2s", ["retry.linkerd.io/http"] = "5xx", ["retry.linkerd.io/limit"] = "3" }));
        var rule = (await Get(At("10.96.0.1", 80))).Protocol.Detect.Http2.Routes[0].Rules[0];
        Assert.Equal((2L, 3u, 65536u, 500u, 599u), (rule.Timeouts.Request.Seconds, rule.Retry.MaxRetries, rule.Retry.MaxRequestBytes, rule.Retry.Conditions.StatusRanges[0].Start, rule.Retry.Conditions.StatusRanges[0].End));
        Assert.Equal((25_000_000, 250_000_000, 1f), (rule.Retry.Backoff.MinBackoff.Nanos, rule.Retry.Backoff.MaxBackoff.Nanos, rule.Retry.Backoff.JitterRatio));
        Assert.Null(rule.Timeouts.Idle);
    }

    [Fact]
    public async Task An_undeclared_port_is_forbidden_and_the_outside_forwarded()
    {
        var route = Assert.Single((await Get(At("10.96.0.1", 81))).Protocol.Opaque.Routes);
        Assert.Equal("undefined-port", route.Metadata.Default);
        Assert.NotNull(Assert.Single(route.Rules[0].Filters).Forbidden);
        Assert.NotNull(route.Rules[0].Backends.Empty);
        var outside = await Get(At("93.184.216.34", 443));
        Assert.Equal("egress-fallback", outside.Metadata.Default);
        Assert.Equal(443u, outside.Protocol.Detect.Opaque.Routes[0].Rules[0].Backends.FirstAvailable.Backends[0].Backend.Forward.Addr.Port);
    }

    [Fact]
    public async Task Outbound_refuses()
    {
        Assert.Equal(StatusCode.NotFound, (await Assert.ThrowsAsync<RpcException>(() => Get(At("10.1.0.1", 80)))).StatusCode);
        Assert.Equal(StatusCode.NotFound, (await Assert.ThrowsAsync<RpcException>(() => Get(new TrafficSpec { Authority = "example.com:80" }))).StatusCode);
        Assert.Equal(StatusCode.InvalidArgument, (await Assert.ThrowsAsync<RpcException>(() => Get(new TrafficSpec()))).StatusCode);
        Assert.Equal(StatusCode.InvalidArgument, (await Assert.ThrowsAsync<RpcException>(() => Get(At("10.96.0.1", 0)))).StatusCode);
        Assert.Equal(StatusCode.InvalidArgument, (await Assert.ThrowsAsync<RpcException>(() => Get(new TrafficSpec { Authority = "x:y" }))).StatusCode);
    }

    [Fact]
    public async Task Outbound_policy_is_streamed_until_the_service_goes()
    {
        var spec = At("10.96.0.1", 80);
        spec.SourceWorkload = "app:client";
        var stream = _channel.AsyncServerStreamingCall(s_watch, new CallOptions { CancellationToken = _limit.Token }, spec).ResponseStream;
        Assert.NotNull((await NextAsync(stream)).Protocol.Detect);
        _index.SetService(Cluster.Service("web", appProtocol: "http", annotations: new() { ["balancer.linkerd.io/failure-accrual"] = "consecutive" }));
        Assert.Equal(7u, (await NextAsync(stream)).Protocol.Http1.FailureAccrual.ConsecutiveFailures.MaxFailures);
        _index.RemoveService(Cluster.Service("web"));
        Assert.Equal(StatusCode.NotFound, (await Assert.ThrowsAsync<RpcException>(() => NextAsync(stream))).StatusCode);
    }
}
