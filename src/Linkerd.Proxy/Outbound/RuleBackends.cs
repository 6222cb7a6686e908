using Linkerd.Model;
using Linkerd.Proxy.Stack;

namespace Linkerd.Proxy.Outbound;

/// <summary>A rule's backends, one of which is picked for each attempt: by weight among those that do not fail fast, or the first such.</summary>
internal sealed class RuleBackends
{
    private readonly DistributionKind _kind;
    private readonly RuleBackend[] _backends;
    private readonly FairDraw _draw;

    public RuleBackends(DistributionKind kind, IReadOnlyList<(RuleBackend Backend, uint Weight)> backends)
    {
        _kind = kind;
        _backends = [.. backends.Select(static b => b.Backend)];
        _draw = new FairDraw([.. backends.Select(static b => b.Weight)], (ulong)Random.Shared.NextInt64());
    }

    public bool IsEmpty => _backends.Length == 0;

    /// <summary>A backend; null when there is none at all, or none with a weight.</summary>
    public RuleBackend? Pick()
    {
        RuleBackend[] backends = _backends;
        if (_kind == DistributionKind.FirstAvailable || backends.Length == 0) return First();
        ulong available = 0;
        for (int i = 0; i < backends.Length && i < 64; i++)
        {
            if (backends[i].Handle.IsAvailable) available |= 1UL << i;
        }

        int drawn = _draw.Draw(available);
        if (drawn < 0) drawn = _draw.Draw();
        return drawn < 0 ? null : backends[drawn];
    }

    private RuleBackend? First()
    {
        foreach (RuleBackend backend in _backends)
        {
            if (backend.Handle.IsAvailable) return backend;
        }

        return _backends.Length == 0 ? null : _backends[0];
    }
}
