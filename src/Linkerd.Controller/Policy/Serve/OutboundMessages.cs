using Google.Protobuf.WellKnownTypes;
using Linkerd.Api.Destination;
using Linkerd.Api.HttpRoute;
using Linkerd.Api.Meta;
using Linkerd.Api.OpaqueRoute;
using Linkerd.Api.Outbound;
using Linkerd.Controller.Common.Api;
using Linkerd.Controller.Policy.Core;
using Linkerd.Controller.Policy.Index;
using HttpRoute = Linkerd.Api.Outbound.HttpRoute;
using PathMatch = Linkerd.Api.HttpRoute.PathMatch;
using FailureAccrual = Linkerd.Api.Outbound.FailureAccrual;
using OpaqueRoute = Linkerd.Api.Outbound.OpaqueRoute;

namespace Linkerd.Controller.Policy.Serve;

/// <summary>Outbound policy as messages.</summary>
internal sealed class OutboundMessages(PolicySettings settings)
{
    private const uint QueueCapacity = 100;
    private const uint MaxRetryBytes = 64 * 1024;
    private static readonly RouteTuning s_noTuning = new();
    private static readonly TimeSpan s_minRetryBackoff = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan s_maxRetryBackoff = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_detectTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_failFast = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_defaultRtt = TimeSpan.FromMilliseconds(30);
    private static readonly TimeSpan s_decay = TimeSpan.FromSeconds(10);

    /// <summary>The policy of a target; null for one that there is none for.</summary>
    public OutboundPolicy? Policy(OutboundTarget target) => target switch
    {
        OutboundTarget.ServicePort port => OfService(port),
        OutboundTarget.UndeclaredPort port => new OutboundPolicy
        {
            Metadata = Metadatas.Service(port.Service.Namespace, port.Service.Name, port.Port),
            Protocol = new ProxyProtocol { Opaque = Forbidden() },
        },
        OutboundTarget.Outside outside => OfAddress(outside),
        _ => null,
    };

    private OutboundPolicy OfService(OutboundTarget.ServicePort port)
    {
        var metadata = Metadatas.Service(port.Service.Namespace, port.Service.Name, port.Port);
        var name = $"{port.Service.Name}.{port.Service.Namespace}.svc.{settings.ClusterDomain}:{port.Port}";
        var backend = new Backend
        {
            Metadata = metadata,
            Queue = Queue(),
            Balancer = new Backend.Types.BalanceP2c
            {
                Discovery = new Backend.Types.EndpointDiscovery { Dst = new Backend.Types.EndpointDiscovery.Types.DestinationGet { Path = name } },
                PeakEwma = new Backend.Types.BalanceP2c.Types.PeakEwma { DefaultRtt = Duration.FromTimeSpan(s_defaultRtt), Decay = Duration.FromTimeSpan(s_decay) },
            },
        };
        var protocol = Protocol(port.Protocol, "http", "opaque", backend, Breaker(port.Breaker), port.Tuning);
        return new OutboundPolicy { Metadata = metadata, Protocol = protocol };
    }

    private OutboundPolicy OfAddress(OutboundTarget.Outside outside)
    {
        const string name = "egress-fallback";
        var backend = new Backend
        {
            Metadata = Metadatas.Default(name),
            Queue = Queue(),
            Forward = new WeightedAddr { Addr = Addresses.ToMessage(outside.Ip, outside.Port), Weight = 1 },
        };
        return new OutboundPolicy { Metadata = Metadatas.Default(name), Protocol = Protocol(ServiceProtocol.Detect, name, name, backend, null, s_noTuning) };
    }

    private ProxyProtocol Protocol(ServiceProtocol protocol, string httpName, string opaqueName, Backend backend, FailureAccrual? breaker, RouteTuning tuning)
    {
        var opaque = new ProxyProtocol.Types.Opaque { Routes = { Opaque(opaqueName, backend) } };
        var http1 = new ProxyProtocol.Types.Http1 { Routes = { Http(httpName, backend, tuning) }, FailureAccrual = breaker };
        var http2 = new ProxyProtocol.Types.Http2 { Routes = { Http(httpName, backend, tuning) }, FailureAccrual = breaker };
        return protocol switch
        {
            ServiceProtocol.Opaque => new ProxyProtocol { Opaque = opaque },
            ServiceProtocol.Http1 => new ProxyProtocol { Http1 = http1 },
            ServiceProtocol.Http2 => new ProxyProtocol { Http2 = http2 },
            _ => new ProxyProtocol
            {
                Detect = new ProxyProtocol.Types.Detect { Timeout = Duration.FromTimeSpan(s_detectTimeout), Opaque = opaque, Http1 = http1, Http2 = http2 },
            },
        };
    }

    private HttpRoute Http(string name, Backend backend, RouteTuning tuning) => new()
    {
        Metadata = Metadatas.Default(name),
        Rules =
        {
            new HttpRoute.Types.Rule
            {
                Matches = { new HttpRouteMatch { Path = new PathMatch { Prefix = "/" } } },
                Backends = new HttpRoute.Types.Distribution
                {
                    FirstAvailable = new HttpRoute.Types.Distribution.Types.FirstAvailable { Backends = { new HttpRoute.Types.RouteBackend { Backend = backend } } },
                },
                AllowL5DRequestHeaders = settings.AllowRequestHeaders,
                Timeouts = Timeouts(tuning),
                Retry = Retry(tuning),
            },
        },
    };

    private static Timeouts? Timeouts(RouteTuning tuning) =>
        tuning.RequestTimeout is null && tuning.ResponseTimeout is null && tuning.IdleTimeout is null
            ? null
            : new Timeouts { Request = Time(tuning.RequestTimeout), Response = Time(tuning.ResponseTimeout), Idle = Time(tuning.IdleTimeout) };

    private static HttpRoute.Types.Retry? Retry(RouteTuning tuning)
    {
        if (tuning.RetryStatuses.Length == 0)
            return null;
        var retry = new HttpRoute.Types.Retry
        {
            MaxRetries = (uint)tuning.RetryLimit,
            MaxRequestBytes = MaxRetryBytes,
            Conditions = new HttpRoute.Types.Retry.Types.Conditions(),
            Timeout = Time(tuning.RetryTimeout),
            Backoff = new ExponentialBackoff { MinBackoff = Duration.FromTimeSpan(s_minRetryBackoff), MaxBackoff = Duration.FromTimeSpan(s_maxRetryBackoff), JitterRatio = 1 },
        };
        foreach (var (start, end) in tuning.RetryRanges())
            retry.Conditions.StatusRanges.Add(new HttpRoute.Types.Retry.Types.Conditions.Types.StatusRange { Start = (uint)start, End = (uint)end });
        return retry;
    }

    private static Duration? Time(TimeSpan? value) => value is { } time ? Duration.FromTimeSpan(time) : null;

    private static OpaqueRoute Opaque(string name, Backend backend) => new()
    {
        Metadata = Metadatas.Default(name),
        Rules =
        {
            new OpaqueRoute.Types.Rule
            {
                Backends = new OpaqueRoute.Types.Distribution
                {
                    FirstAvailable = new OpaqueRoute.Types.Distribution.Types.FirstAvailable { Backends = { new OpaqueRoute.Types.RouteBackend { Backend = backend } } },
                },
            },
        },
    };

    private static ProxyProtocol.Types.Opaque Forbidden() => new()
    {
        Routes =
        {
            new OpaqueRoute
            {
                Metadata = Metadatas.Default("undefined-port"),
                Rules =
                {
                    new OpaqueRoute.Types.Rule
                    {
                        Backends = new OpaqueRoute.Types.Distribution { Empty = new OpaqueRoute.Types.Distribution.Types.Empty() },
                        Filters = { new OpaqueRoute.Types.Filter { Forbidden = new Forbidden() } },
                    },
                },
            },
        },
    };

    private static Queue Queue() => new() { Capacity = QueueCapacity, FailfastTimeout = Duration.FromTimeSpan(s_failFast) };

    private static FailureAccrual? Breaker(Core.FailureAccrual? breaker) => breaker is null ? null : new FailureAccrual
    {
        ConsecutiveFailures = new FailureAccrual.Types.ConsecutiveFailures
        {
            MaxFailures = (uint)breaker.MaxFailures,
            Backoff = new ExponentialBackoff { MinBackoff = Duration.FromTimeSpan(breaker.MinBackoff), MaxBackoff = Duration.FromTimeSpan(breaker.MaxBackoff), JitterRatio = breaker.JitterRatio },
        },
    };
}
