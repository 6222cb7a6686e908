using Google.Protobuf;
using Linkerd.Api.Identity;
using Linkerd.Api.Services;
using Linkerd.Grpc;
using Linkerd.Model;
using Linkerd.Net;
using Linkerd.Proxy.Config;
using Linkerd.Proxy.Control;
using Linkerd.Telemetry;

namespace Linkerd.Proxy.Identity;

/// <summary>Has the certificate request signed by the identity controller, and again in time.</summary>
public sealed class CertifyProvider(IdentityConfig config, IdentityStore store, ControlClient client, TimeProvider time, Logger log) : IIdentityProvider
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_clockCheck = TimeSpan.FromSeconds(10);

    /// <summary>Certifies, waits until 70 % of the lifetime is over, certifies again.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        int attempt = 0;
        while (!cancellation.IsCancellationRequested)
        {
            TimeSpan wait;
            try
            {
                IdentityState state = await CertifyAsync();
                if (attempt > 0 || store.State.Version == 1) log.Log(LogLevel.Info, $"Certified identity {config.LocalName}", "identity");
                attempt = 0;
                wait = RefreshIn(state.NotAfter - time.GetUtcNow(), config.MinRefresh, config.MaxRefresh);
                await UntilAsync(wait, cancellation);
                continue;
            }
            catch (Exception exception) when (exception is RpcException or CertificateException or IOException or TlsException or UnauthorizedAccessException)
            {
                store.OnFailed();
                log.Log(LogLevel.Warn, $"Failed to obtain identity: {exception.Message}", "identity");
                wait = ExponentialBackoff.ControlDefault.Delay(attempt++, Random.Shared.NextDouble());
            }

            await client.BackOffAsync(wait, cancellation);
        }
    }

    /// <summary>When to renew a certificate of which <paramref name="remaining"/> is left.</summary>
    internal static TimeSpan RefreshIn(TimeSpan remaining, TimeSpan min, TimeSpan max)
    {
        TimeSpan wait = remaining * 0.7;
        return wait < min ? min : wait > max ? max : wait;
    }

    /// <summary>
    /// Waits as long as asked for, or until the wall clock says that it is over: a clock that was set right after the certificate came must not
    /// let it expire. Ends early when another issuer signs now.
    /// </summary>
    private async Task UntilAsync(TimeSpan wait, CancellationToken cancellation)
    {
        DateTimeOffset due = time.GetUtcNow() + wait;
        long end = client.Loop.Now + (long)wait.TotalNanoseconds;
        while (!cancellation.IsCancellationRequested && client.Loop.Now < end && time.GetUtcNow() < due)
        {
            var left = TimeSpan.FromMilliseconds((end - client.Loop.Now) / 1e6);
            if (store.RenewAt is { } renew)
            {
                TimeSpan early = renew - time.GetUtcNow();
                if (early <= TimeSpan.Zero) return;
                if (early < left) left = early;
            }

            await LoopDelay.WaitAsync(client.Loop, left < s_clockCheck ? left : s_clockCheck, cancellation);
        }
    }

    private async Task<IdentityState> CertifyAsync()
    {
        byte[] key = File.ReadAllBytes(Path.Combine(config.Directory, "key.p8"));
        var request = new CertifyRequest
        {
            Identity = config.LocalName.Name,
            Token = ByteString.CopyFrom(File.ReadAllBytes(config.TokenFile)),
            CertificateSigningRequest = ByteString.CopyFrom(File.ReadAllBytes(Path.Combine(config.Directory, "csr.der"))),
        };
        CertifyResponse response = await client.UnaryAsync(IdentityApi.CertifyPath, request, CertifyResponse.Parser, s_timeout);
        return store.Take([response.LeafCertificate.Memory, .. response.IntermediateCertificates.Select(static c => c.Memory)], key);
    }
}
