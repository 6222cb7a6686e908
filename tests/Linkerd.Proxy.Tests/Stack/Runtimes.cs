using Linkerd.Model;
using Linkerd.Net;
using Linkerd.Proxy.Config;
using Linkerd.Proxy.Control;
using Linkerd.Proxy.Discovery;
using Linkerd.Proxy.Inbound;
using Linkerd.Proxy.Metrics;
using Linkerd.Proxy.Stack;
using Linkerd.Telemetry;

namespace Linkerd.Proxy.Tests.Stack;

/// <summary>What workers share, without a control plane: what a test does not give stays unknown for ever.</summary>
internal static class Runtimes
{
    public static ProxyRuntime Create(
        EventLoop loop,
        ProxyConfig config,
        MetricRegistry registry,
        WatchTable<int, InboundPolicy>? inbound = null,
        WatchTable<OutboundDestination, OutboundInfo>? outbound = null,
        WatchTable<HostPort, Profile>? profiles = null,
        WatchTable<string, EndpointSet>? endpoints = null)
    {
        Assert.True(LogFilter.TryParse("off", out LogFilter filter, out _));
        return new ProxyRuntime
        {
            Config = config,
            Metrics = new ProxyMetrics(registry),
            Log = new LogSink(Stream.Null, LogFormat.Plain, filter),
            InboundPolicies = inbound ?? Silent<int, InboundPolicy>(loop),
            OutboundTargets = outbound ?? Silent<OutboundDestination, OutboundInfo>(loop),
            InboundProfiles = profiles ?? Silent<HostPort, Profile>(loop),
            Endpoints = endpoints ?? Silent<string, EndpointSet>(loop),
            InboundInFlight = new InFlightLimit(1000, 1),
            OutboundInFlight = new InFlightLimit(1000, 1),
        };
    }

    /// <summary>Values as a test gives them, kept for a second without subscribers, or for the time that it says.</summary>
    public static WatchTable<TKey, TValue> Watch<TKey, TValue>(EventLoop loop, Func<TKey, Action<TValue>, CancellationToken, Task> run, int idleMillis = 1000)
        where TKey : notnull
        where TValue : class => new(loop, TimeSpan.FromMilliseconds(idleMillis), run);

    private static WatchTable<TKey, TValue> Silent<TKey, TValue>(EventLoop loop)
        where TKey : notnull
        where TValue : class => Watch<TKey, TValue>(loop, static (_, _, _) => Task.CompletedTask);
}
