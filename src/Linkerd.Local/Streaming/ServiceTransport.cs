using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Linkerd.Local.Streaming;

/// <summary>How the API server reaches what runs behind a Service: webhooks and aggregated APIs, over TLS that their <c>caBundle</c> vouches for.</summary>
internal static class ServiceTransport
{
    /// <summary>A connection to the endpoint; the stream owns its socket.</summary>
    public static async ValueTask<Stream> ConnectAsync(IPEndPoint endpoint, CancellationToken cancellation)
    {
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(endpoint, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Whether the server's certificate has the name that was asked for and leads to an authority of the bundle (base64 of PEM); without a
    /// bundle, to one of this machine. Certificates in between come from the server.
    /// </summary>
    public static bool IsTrusted(string? bundle, X509Certificate? certificate, X509Chain? presented, SslPolicyErrors errors)
    {
        if (string.IsNullOrEmpty(bundle)) return errors == SslPolicyErrors.None;
        if (certificate is not X509Certificate2 leaf || (errors & SslPolicyErrors.RemoteCertificateNameMismatch) != 0) return false;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.CustomTrustStore.ImportFromPem(Encoding.UTF8.GetString(Convert.FromBase64String(bundle)));
        foreach (var element in presented?.ChainElements.Skip(1) ?? []) chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        return chain.Build(leaf);
    }
}
