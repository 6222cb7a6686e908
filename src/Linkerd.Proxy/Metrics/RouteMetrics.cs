using System.Text;
using Linkerd.Http;
using Linkerd.Proxy.Stack;
using Linkerd.Telemetry;

namespace Linkerd.Proxy.Metrics;

/// <summary>The <c>outbound_*_route_*</c> families of one route, for one worker.</summary>
public sealed class RouteMetrics
{
    /// <summary>Host names that one route shows apart, where they are shown at all; the others share an empty label.</summary>
    public const int MaxHostnames = 100;

    private readonly OutboundRouteFamilies _families;
    private readonly bool _hostnames;
    private readonly int _worker;
    private readonly List<Host> _hosts = [];

    public RouteMetrics(OutboundRouteFamilies families, Labels parent, Labels route, bool hostnames, int worker)
    {
        ArgumentNullException.ThrowIfNull(families);
        _families = families;
        Labels = parent.And(route);
        _hostnames = hostnames;
        _worker = worker;
        Frames = families.RequestFrames.With(Labels);
        _hosts.Add(new Host(this, []));
    }

    /// <summary>Those of the parent and the route.</summary>
    public Labels Labels { get; }

    /// <summary>Sizes of the request's data frames.</summary>
    public Histogram Frames { get; }

    /// <summary>What the retries of the route count in.</summary>
    public RetryMetrics Retries => field ??= new RetryMetrics(_families, Labels, _worker);

    /// <summary>An exchange is over.</summary>
    public void OnEnd(HttpExchange exchange)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        Host host = _hostnames ? Find(exchange.Hostname) : _hosts[0];
        host.Duration.Observe((exchange.Worker.Loop.Now - exchange.StartedAt) / 1e9);
        host.Statuses.Count(exchange);
    }

    private Host Find(ReadOnlySpan<byte> name)
    {
        foreach (Host known in _hosts)
        {
            if (Ascii.EqualsIgnoreCase(known.Name, name)) return known;
        }

        if (_hosts.Count > MaxHostnames || name.Length > 253) return _hosts[0];
        var made = new Host(this, name.ToArray());
        _hosts.Add(made);
        return made;
    }

    private sealed class Host
    {
        private readonly Histogram _duration;

        public Host(RouteMetrics owner, byte[] name)
        {
            Name = name;
            Telemetry.Labels labels = owner.Labels.And("hostname", Encoding.ASCII.GetString(name).ToLowerInvariant());
            _duration = owner._families.RequestDuration.With(labels);
            Duration = _duration.For(owner._worker);
            Statuses = new StatusCounters(owner._families.RequestStatuses, labels, owner._families.IsGrpc, owner._worker);
        }

        public byte[] Name { get; }

        public HistogramCell Duration { get; }

        public StatusCounters Statuses { get; }
    }
}
