using System.Collections.Concurrent;
using System.Globalization;
using Linkerd.Model;
using Linkerd.Proxy.Errors;

namespace Linkerd.Proxy.Authorize;

/// <summary>
/// The rate limit of one port, shared by all workers: the total first, then the client's own override, else the limit per identity. Clients
/// without an identity share one bucket. Limits of 0 are none.
/// </summary>
public sealed class LocalRateLimiter
{
    /// <summary>Identities with a bucket of their own; beyond it new ones share that of the unauthenticated.</summary>
    public const int MaxIdentities = 10_000;

    private readonly ConcurrentDictionary<string, Gcra> _identities = new();
    private readonly Dictionary<string, Gcra> _overrides = [];
    private readonly Lock _gate = new();
    private readonly LocalRateLimit _limit;
    private readonly Gcra? _total;
    private readonly Gcra? _unauthenticated;
    private readonly ProxyError _totalExceeded;
    private readonly ProxyError _identityExceeded;
    private readonly ProxyError _overrideExceeded;

    public LocalRateLimiter(LocalRateLimit limit)
    {
        ArgumentNullException.ThrowIfNull(limit);
        _limit = limit;
        if (limit.Total is > 0 and { } total) _total = new Gcra(total);
        if (limit.Identity is > 0 and { } identity) _unauthenticated = new Gcra(identity);
        foreach (RateLimitOverride item in limit.Overrides)
        {
            if (item.RequestsPerSecond == 0) continue;
            // One bucket for all that the override names.
            var shared = new Gcra(item.RequestsPerSecond);
            foreach (string name in item.Identities) _overrides[PeerIdentity.Parse(name).Name] = shared;
        }

        _totalExceeded = Exceeded("total", limit.Total);
        _identityExceeded = Exceeded("per-identity", limit.Identity);
        _overrideExceeded = new ProxyError(ProxyErrorKind.RateLimited, "override rate limit exceeded");
    }

    public Meta Meta => _limit.Meta;

    /// <summary>A limiter for <paramref name="limit"/>: <paramref name="current"/>, with what it has counted, when the limit is the same.</summary>
    public static LocalRateLimiter? For(LocalRateLimit? limit, LocalRateLimiter? current)
    {
        if (limit is null) return null;
        return current is not null && IsSame(current._limit, limit) ? current : new LocalRateLimiter(limit);
    }

    /// <summary>Takes a place for a request of <paramref name="client"/> at <paramref name="now"/>, in nanoseconds. False, with the answer, when a limit is exceeded.</summary>
    public bool TryTake(RateLimitClient client, long now, out RateLimitScope scope, out ProxyError refusal)
    {
        ArgumentNullException.ThrowIfNull(client);
        if (_total is not null && !_total.TryTake(now))
        {
            scope = RateLimitScope.Total;
            refusal = _totalExceeded;
            return false;
        }

        scope = RateLimitScope.Identity;
        refusal = default;
        if (client.BucketIn(this, now) is not { } bucket || bucket.TryTake(now)) return true;
        refusal = client.IsOverridden ? _overrideExceeded : _identityExceeded;
        return false;
    }

    internal Gcra? BucketOf(string? identity, long now, out bool isOverride)
    {
        isOverride = identity is not null && _overrides.ContainsKey(identity);
        if (isOverride) return _overrides[identity!];
        if (_unauthenticated is null || identity is null) return _unauthenticated;
        if (_identities.TryGetValue(identity, out Gcra? known)) return known;
        lock (_gate)
        {
            if (_identities.Count >= MaxIdentities) ForgetIdle(now);
            return _identities.Count >= MaxIdentities ? _unauthenticated : _identities.GetOrAdd(identity, static (_, rate) => new Gcra(rate), _limit.Identity!.Value);
        }
    }

    private static ProxyError Exceeded(string what, uint? rate)
        => new(ProxyErrorKind.RateLimited, string.Create(CultureInfo.InvariantCulture, $"{what} rate limit exceeded: {rate}rps"));

    private static bool IsSame(LocalRateLimit a, LocalRateLimit b)
    {
        if (a.Meta != b.Meta || a.Total != b.Total || a.Identity != b.Identity || a.Overrides.Count != b.Overrides.Count) return false;
        for (int i = 0; i < a.Overrides.Count; i++)
        {
            if (a.Overrides[i].RequestsPerSecond != b.Overrides[i].RequestsPerSecond || !a.Overrides[i].Identities.SequenceEqual(b.Overrides[i].Identities)) return false;
        }

        return true;
    }

    private void ForgetIdle(long now)
    {
        foreach ((string identity, Gcra bucket) in _identities)
        {
            if (!bucket.IsIdle(now)) continue;
            _identities.TryRemove(identity, out _);
            bucket.IsRetired = true;
        }
    }
}
