using Linkerd.Model;
using Linkerd.Proxy.Balance;

namespace Linkerd.Proxy.Outbound;

/// <summary>A rule's backends, one of which is picked for a request: by weight among those that do not fail fast, or the first such.</summary>
internal sealed class OutboundRuleService(DistributionKind kind, List<(BackendHandle Backend, uint Weight)> backends)
{
    /// <summary>A backend; null when there is none at all.</summary>
    public BackendHandle? Pick()
    {
        if (backends.Count == 0) return null;
        if (backends.Count == 1) return backends[0].Backend;
        if (kind != DistributionKind.RandomAvailable)
        {
            foreach ((BackendHandle backend, _) in backends)
            {
                if (backend.Http is { IsAvailable: true }) return backend;
            }

            return backends[0].Backend;
        }

        return PickRandom(availableOnly: true) ?? PickRandom(availableOnly: false);
    }

    private BackendHandle? PickRandom(bool availableOnly)
    {
        ulong total = 0;
        foreach ((BackendHandle backend, uint weight) in backends)
        {
            if (!availableOnly || backend.Http is { IsAvailable: true }) total += weight;
        }

        if (total == 0) return null;
        ulong draw = (ulong)Random.Shared.NextInt64((long)total);
        foreach ((BackendHandle backend, uint weight) in backends)
        {
            if (availableOnly && backend.Http is not { IsAvailable: true }) continue;
            if (draw < weight) return backend;
            draw -= weight;
        }

        return null;
    }
}
