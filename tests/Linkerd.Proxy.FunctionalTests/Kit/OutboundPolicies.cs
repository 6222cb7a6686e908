using Google.Protobuf.WellKnownTypes;
using Linkerd.Api.HttpRoute;
using Linkerd.Api.Meta;
using Linkerd.Api.Outbound;

namespace Linkerd.Proxy.FunctionalTests.Kit;

/// <summary>Outbound policies with routes of a scenario's own, as the policy controller words them.</summary>
internal static class OutboundPolicies
{
    public const string Domain = "test.svc.cluster.local";

    /// <summary>A Service that speaks HTTP/1 or HTTP/2, whichever is detected.</summary>
    public static OutboundPolicy Http(string service, int port, FailureAccrual? accrual, params HttpRoute[] routes)
    {
        var backend = Backend(service, port);
        return new OutboundPolicy
        {
            Metadata = Service(service, port),
            Protocol = new ProxyProtocol
            {
                Detect = new()
                {
                    Timeout = Milliseconds(10_000),
                    Opaque = new() { Routes = { new OpaqueRoute { Metadata = new Metadata { Default = "tcp" }, Rules = { new OpaqueRoute.Types.Rule { Backends = new() { FirstAvailable = new() { Backends = { new OpaqueRoute.Types.RouteBackend { Backend = backend } } } } } } } } },
                    Http1 = new() { Routes = { routes }, FailureAccrual = accrual },
                    Http2 = new() { Routes = { routes }, FailureAccrual = accrual },
                },
            },
        };
    }

    /// <summary>A Service with gRPC routes.</summary>
    public static OutboundPolicy Grpc(string service, int port, params GrpcRoute[] routes) => new()
    {
        Metadata = Service(service, port),
        Protocol = new ProxyProtocol { Grpc = new() { Routes = { routes } } },
    };

    /// <summary>A route of one rule that sends everything under a prefix to a service.</summary>
    public static HttpRoute Route(string name, string prefix, string service, int port, Action<HttpRoute.Types.Rule>? change = null)
    {
        var rule = new HttpRoute.Types.Rule
        {
            Matches = { new HttpRouteMatch { Path = new PathMatch { Prefix = prefix } } },
            Backends = new() { FirstAvailable = new() { Backends = { new HttpRoute.Types.RouteBackend { Backend = Backend(service, port) } } } },
        };
        change?.Invoke(rule);
        return new HttpRoute { Metadata = Named("gateway.networking.k8s.io", "HTTPRoute", name), Rules = { rule } };
    }

    /// <summary>Backends by weight.</summary>
    public static HttpRoute.Types.Distribution Split(params (string Service, int Port, uint Weight)[] backends) => new()
    {
        RandomAvailable = new()
        {
            Backends = { backends.Select(b => new HttpRoute.Types.WeightedRouteBackend { Weight = b.Weight, Backend = new() { Backend = Backend(b.Service, b.Port) } }) },
        },
    };

    public static HttpRoute.Types.Retry Retry(uint max, params (uint Start, uint End)[] ranges) => new()
    {
        MaxRetries = max,
        MaxRequestBytes = 64 * 1024,
        Conditions = new() { StatusRanges = { ranges.Select(r => new HttpRoute.Types.Retry.Types.Conditions.Types.StatusRange { Start = r.Start, End = r.End }) } },
        Backoff = new ExponentialBackoff { MinBackoff = Milliseconds(25), MaxBackoff = Milliseconds(250), JitterRatio = 1 },
    };

    public static Backend Backend(string service, int port) => new()
    {
        Metadata = Service(service, port),
        Balancer = new()
        {
            Discovery = new() { Dst = new() { Path = $"{service}.{Domain}:{port}" } },
            PeakEwma = new() { DefaultRtt = Milliseconds(30), Decay = Milliseconds(10_000) },
        },
        Queue = new Queue { Capacity = 100, FailfastTimeout = Milliseconds(3_000) },
    };

    public static Metadata Service(string name, int port) => new() { Resource = new Resource { Group = "core", Kind = "Service", Name = name, Namespace = "test", Port = (uint)port } };

    public static Metadata Named(string group, string kind, string name) => new() { Resource = new Resource { Group = group, Kind = kind, Name = name, Namespace = "test" } };

    public static Duration Milliseconds(long value) => Duration.FromTimeSpan(TimeSpan.FromMilliseconds(value));
}
