using Google.Protobuf;
using Linkerd.Api.Identity;
using Linkerd.Api.Services;
using Linkerd.Api.TrustAnchors;
using Linkerd.Grpc;
using Linkerd.Model;
using Linkerd.Net;
using Linkerd.Proxy.Config;
using Linkerd.Proxy.Control;
using Linkerd.Telemetry;

namespace Linkerd.Proxy.Identity;

/// <summary>
/// Gets the proxy's certificate and keeps it fresh, and follows the trust anchors, on the control loop. Every change publishes new
/// TLS contexts whole; connections keep those that they began with.
/// </summary>
public sealed class IdentityClient
{
    private static readonly TimeSpan s_certifyTimeout = TimeSpan.FromSeconds(10);

    private readonly IdentityConfig _config;
    private readonly ControlClient _client;
    private readonly Worker _control;
    private readonly TimeProvider _time;
    private readonly Logger _log;
    private readonly IdentityMetrics _metrics;
    private TrustAnchorSet _anchors;
    private ReadOnlyMemory<byte>[] _chain = [];
    private ReadOnlyMemory<byte> _key;

    public IdentityClient(IdentityConfig config, ControlClient client, Worker control, MetricRegistry registry, TimeProvider time, Logger log)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(control);
        _config = config;
        _client = client;
        _control = control;
        _time = time;
        _log = log;
        _anchors = TrustAnchorSet.Parse(config.TrustAnchors) ?? throw new CertificateException("LINKERD2_PROXY_IDENTITY_TRUST_ANCHORS holds no certificate that can be read");
        _metrics = new IdentityMetrics(registry, control.Index);
        _metrics.SetAnchors(_anchors);

        // The first certificate is asked for without one: the service is verified, the client is known by its token.
        control.Tls = new TlsContexts(config.LocalName, config.ServerName, null!, TlsClientContext.Create(new TlsMaterial { TrustAnchorsPem = _anchors.Pem }));
    }

    /// <summary>The newest certificate's state.</summary>
    public Watch<IdentityState> State { get; } = new();

    /// <summary>Runs until cancelled: certifies, waits until 70 % of the lifetime is over, certifies again; retries with backoff.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        int attempt = 0;
        while (!cancellation.IsCancellationRequested)
        {
            TimeSpan wait;
            try
            {
                IdentityState state = await CertifyAsync();
                if (attempt > 0 || State.Version == 1) _log.Log(LogLevel.Info, $"Certified identity {_config.LocalName}", "identity");
                attempt = 0;
                wait = RefreshIn(state.NotAfter - _time.GetUtcNow(), _config.MinRefresh, _config.MaxRefresh);
            }
            catch (Exception exception) when (exception is RpcException or CertificateException or IOException or TlsException or UnauthorizedAccessException)
            {
                _metrics.OnFailed();
                _log.Log(LogLevel.Warn, $"Failed to obtain identity: {exception.Message}", "identity");
                wait = ExponentialBackoff.ControlDefault.Delay(attempt++, Random.Shared.NextDouble());
            }

            await LoopDelay.WaitAsync(_control.Loop, wait, cancellation);
        }
    }

    /// <summary>Follows the stream of trust anchors until cancelled; a control plane without it leaves the environment's in force.</summary>
    public async Task FollowAnchorsAsync(ControlStreamLimits limits, CancellationToken cancellation)
    {
        var request = new WatchRequest();
        int attempt = 0;
        while (!cancellation.IsCancellationRequested)
        {
            Status status = await _client.StreamAsync(
                TrustAnchorsApi.WatchPath, request, TrustBundle.Parser, bundle =>
                {
                    attempt = 0;
                    request.KnownVersion = bundle.Version;
                    TakeAnchors(bundle);
                }, limits with { Idle = null }, cancellation);
            if (status.StatusCode == StatusCode.Unimplemented) return;
            await LoopDelay.WaitAsync(_control.Loop, ExponentialBackoff.ControlDefault.Delay(attempt++, Random.Shared.NextDouble()), cancellation);
        }
    }

    /// <summary>When to renew a certificate of which <paramref name="remaining"/> is left.</summary>
    internal static TimeSpan RefreshIn(TimeSpan remaining, TimeSpan min, TimeSpan max)
    {
        TimeSpan wait = remaining * 0.7;
        return wait < min ? min : wait > max ? max : wait;
    }

    private async Task<IdentityState> CertifyAsync()
    {
        _key = File.ReadAllBytes(Path.Combine(_config.Directory, "key.p8"));
        var request = new CertifyRequest
        {
            Identity = _config.LocalName.Name,
            Token = ByteString.CopyFrom(File.ReadAllBytes(_config.TokenFile)),
            CertificateSigningRequest = ByteString.CopyFrom(File.ReadAllBytes(Path.Combine(_config.Directory, "csr.der"))),
        };
        CertifyResponse response = await _client.UnaryAsync(IdentityApi.CertifyPath, request, CertifyResponse.Parser, s_certifyTimeout);
        ReadOnlyMemory<byte>[] chain = [response.LeafCertificate.Memory, .. response.IntermediateCertificates.Select(static c => c.Memory)];
        CertificateFacts facts = CertificateFacts.Read(chain[0]);
        DateTimeOffset now = _time.GetUtcNow();
        if (facts.NotAfter <= now) throw new CertificateException($"the certificate issued expired at {facts.NotAfter:u}");
        if (!facts.Names.Contains(_config.LocalName.Name))
            throw new CertificateException($"the certificate issued is for {string.Join(", ", facts.Names)}, not for {_config.LocalName}");
        _chain = chain;
        var state = new IdentityState(MakeContexts(), facts.NotBefore, facts.NotAfter);
        _metrics.OnRefreshed(facts.NotAfter, now);
        Publish(state);
        return state;
    }

    private void TakeAnchors(TrustBundle bundle)
    {
        string pem = bundle.Pem.Length > 0 ? bundle.Pem : string.Concat(bundle.Anchors.Select(static der => $"-----BEGIN CERTIFICATE-----\n{Convert.ToBase64String(der.Span)}\n-----END CERTIFICATE-----\n"));
        if (TrustAnchorSet.Parse(pem) is not { } anchors)
        {
            _log.Log(LogLevel.Warn, $"The control plane sent trust anchors that cannot be read (version {bundle.Version}); keeping those in force", "identity");
            return;
        }

        if (anchors.Equals(_anchors)) return;
        TrustAnchorSet before = _anchors;
        _anchors = anchors;
        if (State.Current is { } current)
        {
            try
            {
                Publish(current with { Contexts = MakeContexts() });
            }
            catch (TlsException exception)
            {
                _anchors = before;
                _log.Log(LogLevel.Warn, $"The control plane sent trust anchors that cannot be used: {exception.Message}", "identity");
                return;
            }
        }

        _metrics.SetAnchors(_anchors);
        _log.Log(LogLevel.Info, $"Trusting {_anchors.Hashes.Count} anchors (version {bundle.Version})", "identity");
    }

    private TlsContexts MakeContexts()
    {
        var material = new TlsMaterial { CertificateChain = _chain, PrivateKey = _key, TrustAnchorsPem = _anchors.Pem };
        return new TlsContexts(_config.LocalName, _config.ServerName, TlsServerContext.Create(material, Detect.TransportHeader.Alpn), TlsClientContext.Create(material));
    }

    private void Publish(IdentityState state)
    {
        _control.Tls = state.Contexts;
        State.Publish(state);
    }
}
