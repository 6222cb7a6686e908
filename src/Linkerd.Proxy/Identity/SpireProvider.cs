using Linkerd.Api.Services;
using Linkerd.Api.Spiffe;
using Linkerd.Grpc;
using Linkerd.Model;
using Linkerd.Net;
using Linkerd.Proxy.Config;
using Linkerd.Proxy.Control;
using Linkerd.Telemetry;

namespace Linkerd.Proxy.Identity;

/// <summary>
/// Takes the workload's X.509-SVID from the SPIFFE Workload API, which a SPIRE agent serves on a unix socket, whenever the agent sends a
/// new one. The trust bundle that comes with it is trusted beside the anchors of the environment, so that a rotation of the trust
/// domain's authority needs no restart.
/// </summary>
public sealed class SpireProvider(IdentityConfig config, IdentityStore store, ControlClient agent, Logger log) : IIdentityProvider
{
    // An agent may take its time to attest a workload that has just started; after that it only speaks when something changed.
    private static readonly ControlStreamLimits s_limits = new(TimeSpan.FromSeconds(30), null, null);

    public async Task RunAsync(CancellationToken cancellation)
    {
        int attempt = 0;
        while (!cancellation.IsCancellationRequested)
        {
            Status status = await agent.StreamAsync(
                WorkloadApi.FetchX509SvidPath, new X509SVIDRequest(), X509SVIDResponse.Parser, response =>
                {
                    attempt = 0;
                    Take(response);
                }, s_limits, cancellation);
            if (cancellation.IsCancellationRequested) return;
            store.OnFailed();
            log.Log(LogLevel.Warn, $"SPIFFE Workload API: {status.StatusCode}: {status.Detail}", "identity");
            await LoopDelay.WaitAsync(agent.Loop, config.SpireBackoff.Delay(attempt++, Random.Shared.NextDouble()), cancellation);
        }
    }

    private void Take(X509SVIDResponse response)
    {
        X509SVID? svid = response.Svids.FirstOrDefault(s => s.SpiffeId == config.LocalName.Name);
        if (svid is null)
        {
            log.Log(LogLevel.Warn, $"The SPIFFE Workload API has no SVID for {config.LocalName}, only for {string.Join(", ", response.Svids.Select(static s => s.SpiffeId))}", "identity");
            return;
        }

        try
        {
            if (!svid.Bundle.IsEmpty) store.TakeAnchors(config.TrustAnchors + "\n" + Pem.Certificates(DerSequence.Split(svid.Bundle.Memory)), "the SPIFFE Workload API");
            IdentityState state = store.Take(DerSequence.Split(svid.X509Svid.Memory), svid.X509SvidKey.Memory);
            log.Log(LogLevel.Info, $"SVID for {config.LocalName}, valid until {state.NotAfter:u}", "identity");
        }
        catch (Exception exception) when (exception is CertificateException or TlsException)
        {
            store.OnFailed();
            log.Log(LogLevel.Warn, $"The SVID for {config.LocalName} cannot be used: {exception.Message}", "identity");
        }
    }
}
