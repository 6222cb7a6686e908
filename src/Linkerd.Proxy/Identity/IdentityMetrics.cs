using Linkerd.Telemetry;

namespace Linkerd.Proxy.Identity;

/// <summary>The families about the proxy's certificate and the anchors it trusts.</summary>
internal sealed class IdentityMetrics
{
    private static readonly MetricDescription s_anchorInfo = new("identity_trust_anchor_info", "gauge", "Trust anchors in force, by the SHA-256 of each certificate");

    private static readonly MetricDescription s_issuerInfo = new("identity_issuer_info", "gauge", "Who signed the certificate in force, by the SHA-256 of its certificate");

    private readonly Cell _expiration;
    private readonly Cell _refreshed;
    private readonly Cell _refreshes;
    private readonly Cell _errors;
    private volatile TrustAnchorSet? _anchors;
    private volatile string? _issuer;

    public IdentityMetrics(MetricRegistry registry, int writer)
    {
        _expiration = registry.Gauge("control_identity_cert_expiration_timestamp_seconds", "Time when this proxy's current mTLS identity certificate will expire (in seconds since the UNIX epoch)").Single().For(writer);
        _refreshed = registry.Gauge("control_identity_cert_refresh_timestamp_seconds", "Time when this proxy's current mTLS identity certificate was last updated (in seconds since the UNIX epoch)").Single().For(writer);
        MetricFamily<Counter> refreshes = registry.Counter("control_identity_cert_refreshes_total", "The total number of times this proxy's mTLS identity certificate has been refreshed by the Identity provider");
        _refreshes = refreshes.With(Labels.Of("result", "ok")).For(writer);
        _errors = refreshes.With(Labels.Of("result", "error")).For(writer);
        registry.AddCollector(Write, s_anchorInfo, s_issuerInfo);
    }

    public void OnRefreshed(DateTimeOffset expires, DateTimeOffset now)
    {
        _expiration.Set(expires.ToUnixTimeSeconds());
        _refreshed.Set(now.ToUnixTimeSeconds());
        _refreshes.Increment();
    }

    public void SetAnchors(TrustAnchorSet anchors) => _anchors = anchors;

    /// <param name="hash">SHA-256 of the issuer's certificate, hexadecimal; null when the chain does not have it.</param>
    public void SetIssuer(string? hash) => _issuer = hash;

    /// <summary>A certificate could not be had, or was refused.</summary>
    public void OnFailed() => _errors.Increment();

    private void Write(MetricsWriter writer)
    {
        if (_anchors is not { } anchors) return;
        writer.Family(s_anchorInfo);
        foreach (string hash in anchors.Hashes) writer.Sample(s_anchorInfo.Name, Labels.Of("sha256", hash).Text, 1);
        if (_issuer is not { } issuer) return;
        writer.Family(s_issuerInfo);
        writer.Sample(s_issuerInfo.Name, Labels.Of("sha256", issuer).Text, 1);
    }
}
