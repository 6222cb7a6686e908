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
    private readonly List<RouteHost> _hosts = [];

    public RouteMetrics(OutboundRouteFamilies families, Labels parent, Labels route, bool hostnames, int worker)
    {
        ArgumentNullException.ThrowIfNull(families);
        _families = families;
        Labels = parent.And(route);
        _hostnames = hostnames;
        _worker = worker;
        Frames = families.RequestFrames.With(Labels);
        _hosts.Add(Host([]));
    }

    /// <summary>Those of the parent and the route.</summary>
    public Labels Labels { get; }

    /// <summary>Sizes of the request's data frames.</summary>
    public Histogram Frames { get; }

    /// <summary>What the retries of the route count in.</summary>
    public RetryMetrics Retries => field ??= new RetryMetrics(_families, Labels, _worker);

    /// <summary>Where an exchange that begins will be counted: by the host it asks for, which is not known any more when it ends.</summary>
    public RouteHost HostOf(HttpExchange exchange)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        return _hostnames ? Find(exchange.Hostname) : _hosts[0];
    }

    /// <summary>An exchange is over.</summary>
    public static void OnEnd(HttpExchange exchange, RouteHost host)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        ArgumentNullException.ThrowIfNull(host);
        host.Duration.Observe((exchange.Worker.Loop.Now - exchange.StartedAt) / 1e9);
        host.Statuses.Count(exchange);
    }

    private RouteHost Find(ReadOnlySpan<byte> name)
    {
        foreach (RouteHost known in _hosts)
        {
            if (Ascii.EqualsIgnoreCase(known.Name, name)) return known;
        }

        if (_hosts.Count > MaxHostnames || name.Length > 253) return _hosts[0];
        RouteHost made = Host(name.ToArray());
        _hosts.Add(made);
        return made;
    }

    private RouteHost Host(byte[] name)
    {
        Labels labels = Labels.And("hostname", Encoding.ASCII.GetString(name).ToLowerInvariant());
        return new RouteHost(name, _families.RequestDuration.With(labels).For(_worker), new StatusCounters(_families.RequestStatuses, labels, _families.IsGrpc, _worker));
    }
}
