using System.Globalization;
using Linkerd.Model;
using Linkerd.Telemetry;

namespace Linkerd.Proxy.Metrics;

/// <summary>The <c>outbound_http_balancer_*</c> families of one backend, for one worker.</summary>
public sealed class BalancerMetrics
{
    private readonly Series[] _held;
    private readonly Cell _ready;
    private readonly Cell _pending;
    private readonly Cell _members;
    private readonly Cell _queued;
    private readonly Cell _requests;
    private readonly Cell _gateOpen;
    private readonly Cell _gateShut;
    private readonly Cell _added;
    private readonly Cell _removed;

    public BalancerMetrics(ProxyMetrics metrics, Meta parent, Meta backend, int worker)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        Labels labels = Resource("parent", parent).And(Resource("backend", backend));
        Gauge ready = metrics.BalancerEndpoints.With(labels.And("endpoint_state", "ready"));
        Gauge pending = metrics.BalancerEndpoints.With(labels.And("endpoint_state", "pending"));
        Gauge members = metrics.BalancerP2cEndpoints.With(labels);
        Gauge queued = metrics.BalancerQueueLength.With(labels);
        Counter requests = metrics.BalancerQueueRequests.With(labels);
        Counter open = metrics.BalancerGateOpen.With(labels);
        Counter shut = metrics.BalancerGateShut.With(labels);
        Counter added = metrics.BalancerP2cUpdates.With(labels.And("op", "Add"));
        Counter removed = metrics.BalancerP2cUpdates.With(labels.And("op", "Remove"));
        _held = [ready, pending, members, queued, requests, open, shut, added, removed];
        _ready = ready.For(worker);
        _pending = pending.For(worker);
        _members = members.For(worker);
        _queued = queued.For(worker);
        _requests = requests.For(worker);
        _gateOpen = open.For(worker);
        _gateShut = shut.For(worker);
        _added = added.For(worker);
        _removed = removed.For(worker);
    }

    /// <summary>Series that are counted in.</summary>
    public int SeriesCount => _held.Length;

    /// <summary>A request came.</summary>
    public void OnRequest() => _requests.Increment();

    /// <summary>The gate opened: endpoints are ready again; or shut: requests fail fast.</summary>
    public void OnGate(bool open) => (open ? _gateOpen : _gateShut).Increment();

    /// <summary>Endpoints came and went.</summary>
    public void OnUpdate(int added, int removed)
    {
        _added.Add(added);
        _removed.Add(removed);
    }

    /// <summary>How things stand.</summary>
    public void Set(int endpoints, int ready, int queued)
    {
        _members.Set(endpoints);
        _ready.Set(ready);
        _pending.Set(endpoints - ready);
        _queued.Set(queued);
    }

    private static Labels Resource(string prefix, Meta meta) => ProxyLabels.Resource(prefix, meta)
        .And(prefix + "_namespace", meta.Namespace)
        .And(prefix + "_port", meta.Port == 0 ? string.Empty : meta.Port.ToString(CultureInfo.InvariantCulture))
        .And(prefix + "_section_name", meta.Section);
}
