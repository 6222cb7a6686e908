using Linkerd.Model;
using Linkerd.Proxy.Metrics;
using Linkerd.Proxy.Stack;

namespace Linkerd.Proxy.Outbound;

/// <summary>A route of opaque or TLS traffic, compiled for one worker: where connections go, or why they do not.</summary>
internal sealed class TcpRule
{
    private readonly DistributionKind _kind;
    private readonly (BackendHandle Handle, TcpRefusedException? Refusal)[] _backends;
    private readonly FairDraw _draw;
    private readonly TcpRefusedException? _refusal;

    public TcpRule(IReadOnlyList<RouteFilter> filters, Distribution distribution, TcpRouteMetrics metrics, Func<Backend, BackendHandle> handles)
    {
        _refusal = Refusal(filters);
        _kind = distribution.Kind;
        _backends = [.. distribution.Backends.Select(b => (handles(b.Backend), Refusal(b.Filters)))];
        _draw = new FairDraw([.. distribution.Backends.Select(static b => b.Weight)], (ulong)Random.Shared.NextInt64());
        Metrics = metrics;
    }

    public TcpRouteMetrics Metrics { get; }

    /// <summary>The backend of a new connection; throws <see cref="TcpRefusedException"/> when policy has none for it.</summary>
    public TcpBackend Pick()
    {
        if (_refusal is not null) throw _refusal;
        int index = _kind == DistributionKind.FirstAvailable ? First() : Draw();
        if (index < 0) throw new TcpRefusedException("unexpected", "the route has no backend");
        (BackendHandle handle, TcpRefusedException? refusal) = _backends[index];
        return refusal is null ? handle.Tcp! : throw refusal;
    }

    private static TcpRefusedException? Refusal(IReadOnlyList<RouteFilter> filters)
    {
        foreach (RouteFilter filter in filters)
        {
            if (filter is RouteFilter.Forbidden) return new TcpRefusedException("forbidden", "policy forbids connections to this destination");
            if (filter is RouteFilter.Invalid invalid) return new TcpRefusedException("invalid_policy", $"invalid policy: {invalid.Message}");
        }

        return null;
    }

    private int First()
    {
        for (int i = 0; i < _backends.Length; i++)
        {
            if (_backends[i].Handle.IsAvailable) return i;
        }

        return _backends.Length == 0 ? -1 : 0;
    }

    private int Draw()
    {
        ulong available = 0;
        for (int i = 0; i < _backends.Length && i < 64; i++)
        {
            if (_backends[i].Handle.IsAvailable) available |= 1UL << i;
        }

        int drawn = _draw.Draw(available);
        return drawn >= 0 ? drawn : _draw.Draw();
    }
}
