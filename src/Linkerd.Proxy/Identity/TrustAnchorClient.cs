using Linkerd.Api.Services;
using Linkerd.Api.TrustAnchors;
using Linkerd.Grpc;
using Linkerd.Model;
using Linkerd.Proxy.Config;
using Linkerd.Proxy.Control;

namespace Linkerd.Proxy.Identity;

/// <summary>Follows the identity controller's stream of trust anchors.</summary>
public sealed class TrustAnchorClient(IdentityStore store, ControlClient client)
{
    /// <summary>A control plane cannot put renewal off for longer, in seconds.</summary>
    private const uint LongestSpread = 3600;

    /// <summary>Runs until cancelled; a control plane without the stream leaves the environment's anchors in force.</summary>
    public async Task RunAsync(ControlStreamLimits limits, CancellationToken cancellation)
    {
        var request = new WatchRequest();
        int attempt = 0;
        while (!cancellation.IsCancellationRequested)
        {
            Status status = await client.StreamAsync(
                TrustAnchorsApi.WatchPath, request, TrustBundle.Parser, bundle =>
                {
                    attempt = 0;
                    request.KnownVersion = bundle.Version;
                    string pem = bundle.Pem.Length > 0 ? bundle.Pem : Pem.Certificates(bundle.Anchors.Select(static der => der.Memory));
                    store.TakeAnchors(pem, $"the control plane, version {bundle.Version}");
                    if (bundle.Issuer.Length > 0)
                        store.OnIssuer(Convert.ToHexStringLower(bundle.Issuer.Span), TimeSpan.FromSeconds(Math.Min(bundle.RenewWithinSeconds, LongestSpread)));
                }, limits with { Idle = null }, cancellation);
            if (status.StatusCode == StatusCode.Unimplemented) return;
            await client.BackOffAsync(ExponentialBackoff.ControlDefault.Delay(attempt++, Random.Shared.NextDouble()), cancellation);
        }
    }
}
