namespace Linkerd.Proxy.Authorize;

/// <summary>One connection's client as rate limits see it; remembers its bucket, so that a request looks nothing up. Used on one loop.</summary>
/// <param name="identity">As TLS proved it; null for none.</param>
public sealed class RateLimitClient(string? identity)
{
    private LocalRateLimiter? _limiter;
    private Gcra? _bucket;

    /// <summary>The bucket last used is that of an override.</summary>
    public bool IsOverridden { get; private set; }

    internal Gcra? BucketIn(LocalRateLimiter limiter, long now)
    {
        if (_limiter == limiter && _bucket is not { IsRetired: true }) return _bucket;
        _limiter = limiter;
        _bucket = limiter.BucketOf(identity, now, out bool isOverride);
        IsOverridden = isOverride;
        return _bucket;
    }
}
