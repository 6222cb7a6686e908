using Linkerd.Model;
using Linkerd.Proxy.Config;
using Linkerd.Proxy.Control;
using Linkerd.Proxy.Discovery;
using Linkerd.Proxy.Inbound;
using Linkerd.Proxy.Metrics;
using Linkerd.Proxy.Stack;
using Linkerd.Telemetry;

namespace Linkerd.Proxy;

/// <summary>What all workers share: configuration, metrics, what was discovered, and limits that are exact for the whole process.</summary>
public sealed class ProxyRuntime
{
    public required ProxyConfig Config { get; init; }

    public required ProxyMetrics Metrics { get; init; }

    public required LogSink Log { get; init; }

    /// <summary>Policies of inbound ports.</summary>
    public required WatchTable<int, InboundPolicy> InboundPolicies { get; init; }

    /// <summary>Profiles and policies of outbound destinations, by original address or by name.</summary>
    public required WatchTable<OutboundDestination, OutboundInfo> OutboundTargets { get; init; }

    /// <summary>Service profiles of names that requests to this pod were sent to.</summary>
    public required WatchTable<HostPort, Profile> InboundProfiles { get; init; }

    /// <summary>Endpoints of destinations, by <c>host:port</c>.</summary>
    public required WatchTable<string, EndpointSet> Endpoints { get; init; }

    /// <summary>Retry budgets by destination, exact over all workers.</summary>
    public SharedTable<(string Destination, RetryBudget Budget), RetryBudgetBucket> RetryBudgets { get; } = new();

    /// <summary>Queues and breakers of outbound backends, exact over all workers.</summary>
    internal SharedTable<Outbound.BackendKey, Balance.BackendShare> BackendShares { get; } = new();

    /// <summary>Requests and connections that wait for the first word on a destination, exact over all workers.</summary>
    public SharedTable<OutboundDestination, QueuePlaces> DiscoveryQueues { get; } = new();

    /// <summary>Requests of inbound ports that wait for a connection to the application, exact over all workers.</summary>
    public SharedTable<int, QueuePlaces> InboundQueues { get; } = new();

    public required InFlightLimit InboundInFlight { get; init; }

    public required InFlightLimit OutboundInFlight { get; init; }
}
