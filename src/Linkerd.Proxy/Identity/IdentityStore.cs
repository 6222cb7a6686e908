using System.Security.Cryptography;
using Linkerd.Model;
using Linkerd.Net;
using Linkerd.Proxy.Config;
using Linkerd.Telemetry;

namespace Linkerd.Proxy.Identity;

/// <summary>
/// The certificate and the trust anchors in force, on the control loop. Every change publishes new TLS contexts whole; connections keep
/// those that they began with.
/// </summary>
public sealed class IdentityStore
{
    private static readonly TimeSpan s_askAgain = TimeSpan.FromSeconds(30);

    private readonly IdentityConfig _config;
    private readonly Worker _control;
    private readonly TimeProvider _time;
    private readonly Logger _log;
    private readonly IdentityMetrics _metrics;
    private readonly KeptAnchors _kept;
    private TrustAnchorSet _anchors;
    private string? _issuer;
    private string? _announced;
    private IReadOnlyList<ReadOnlyMemory<byte>> _chain = [];
    private ReadOnlyMemory<byte> _key;

    public IdentityStore(IdentityConfig config, Worker control, MetricRegistry registry, TimeProvider time, Logger log)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(control);
        _config = config;
        _control = control;
        _time = time;
        _log = log;
        TrustAnchorSet environment = TrustAnchorSet.Parse(config.TrustAnchors) ?? throw new CertificateException("LINKERD2_PROXY_IDENTITY_TRUST_ANCHORS holds no certificate that can be read");
        _kept = new KeptAnchors(config.Directory, environment);
        _anchors = (config.IsSpire ? null : _kept.Read()) ?? environment;
        if (!_anchors.Equals(environment)) log.Log(LogLevel.Info, "Trusting the anchors that the control plane sent before this restart, not those of the environment", "identity");
        _metrics = new IdentityMetrics(registry, control.Index);
        _metrics.SetAnchors(_anchors);

        // The first certificate is asked for without one: the service is verified, the client is known by its token.
        control.Tls = new TlsContexts(config.LocalName, config.ServerName, null!, TlsClientContext.Create(new TlsMaterial { TrustAnchorsPem = _anchors.Pem }));
    }

    /// <summary>The newest certificate's state; empty until there is one.</summary>
    public Watch<IdentityState> State { get; } = new();

    /// <summary>When to renew although the certificate is young, since another issuer signs now; null: not for that reason.</summary>
    public DateTimeOffset? RenewAt { get; private set; }

    /// <summary>Tells who signs now.</summary>
    /// <param name="hash">SHA-256 of its certificate, lower-case hexadecimal.</param>
    /// <param name="within">Renewal happens at a random moment in so much time.</param>
    public void OnIssuer(string hash, TimeSpan within)
    {
        _announced = hash;
        RenewAt = _issuer is not null && _issuer != hash ? _time.GetUtcNow() + (within * Random.Shared.NextDouble()) : null;
    }

    /// <summary>Puts a certificate in force. Throws <see cref="CertificateException"/> or <see cref="TlsException"/> when it must not or cannot be used.</summary>
    /// <param name="chain">DER, the leaf first.</param>
    /// <param name="key">PKCS#8 DER.</param>
    public IdentityState Take(IReadOnlyList<ReadOnlyMemory<byte>> chain, ReadOnlyMemory<byte> key)
    {
        ArgumentNullException.ThrowIfNull(chain);
        if (chain.Count == 0) throw new CertificateException("no certificate was issued");
        CertificateFacts facts = CertificateFacts.Read(chain[0]);
        DateTimeOffset now = _time.GetUtcNow();
        if (facts.NotAfter <= now) throw new CertificateException($"the certificate issued expired at {facts.NotAfter:u}");
        if (!facts.Names.Contains(_config.LocalName.Name))
            throw new CertificateException($"the certificate issued is for {string.Join(", ", facts.Names)}, not for {_config.LocalName}");
        TlsContexts contexts = MakeContexts(chain, key, _anchors);
        if (contexts.Client.FaultOfOwnChain() is { } fault) throw new CertificateException($"the certificate issued is not good: {fault}");
        var state = new IdentityState(contexts, facts.NotBefore, facts.NotAfter);
        (_chain, _key) = (chain, key);
        _issuer = chain.Count > 1 ? Convert.ToHexStringLower(SHA256.HashData(chain[1].Span)) : null;
        _metrics.SetIssuer(_issuer);

        // A replica of the identity controller that has not yet heard of the new issuer signs with the old one: ask again later.
        RenewAt = _announced is not null && _issuer is not null && _issuer != _announced ? now + s_askAgain : null;
        _metrics.OnRefreshed(facts.NotAfter, now);
        Publish(state);
        return state;
    }

    /// <summary>A certificate could not be had, or was refused.</summary>
    public void OnFailed() => _metrics.OnFailed();

    /// <summary>Trusts these anchors from now on, for new connections. What cannot be used leaves those in force, and is logged.</summary>
    /// <param name="pem">All of them.</param>
    /// <param name="origin">Who sent them, for the log.</param>
    public void TakeAnchors(string pem, string origin)
    {
        if (TrustAnchorSet.Parse(pem) is not { } anchors)
        {
            _log.Log(LogLevel.Warn, $"Trust anchors of {origin} cannot be read; keeping those in force", "identity");
            return;
        }

        if (anchors.Equals(_anchors)) return;
        try
        {
            if (State.Current is { } current)
                Publish(current with { Contexts = MakeContexts(_chain, _key, anchors) });
            else
                _control.Tls = _control.Tls! with { Client = TlsClientContext.Create(new TlsMaterial { TrustAnchorsPem = anchors.Pem }) };
        }
        catch (TlsException exception)
        {
            _log.Log(LogLevel.Warn, $"Trust anchors of {origin} cannot be used: {exception.Message}", "identity");
            return;
        }

        _anchors = anchors;
        _metrics.SetAnchors(anchors);
        if (_kept.Write(anchors) is { } fault)
            _log.Log(LogLevel.Warn, $"Trust anchors of {origin} are in force, but cannot be kept for a restart of this container: {fault}", "identity");
        _log.Log(LogLevel.Info, $"Trusting {anchors.Hashes.Count} anchors of {origin}", "identity");
    }

    private TlsContexts MakeContexts(IReadOnlyList<ReadOnlyMemory<byte>> chain, ReadOnlyMemory<byte> key, TrustAnchorSet anchors)
    {
        var material = new TlsMaterial { CertificateChain = chain, PrivateKey = key, TrustAnchorsPem = anchors.Pem };
        return new TlsContexts(_config.LocalName, _config.ServerName, TlsServerContext.Create(material, Detect.TransportHeader.Alpn), TlsClientContext.Create(material));
    }

    private void Publish(IdentityState state)
    {
        _control.Tls = state.Contexts;
        State.Publish(state);
    }
}
