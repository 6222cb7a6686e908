using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Linkerd.Proxy.FunctionalTests.Kit;

/// <summary>A server of TLS that says its pod's name and closes.</summary>
internal sealed class TlsServer : IAsyncDisposable
{
    private readonly Socket _listener;
    private readonly Task _accepting;

    private TlsServer(Socket listener, string name, X509Certificate2 certificate)
    {
        _listener = listener;
        _accepting = AcceptAsync(name, certificate);
    }

    public static TlsServer Start(Pod pod, int port, X509Certificate2 certificate) => new(pod.Namespace.Listen(new IPEndPoint(IPAddress.Any, port)), pod.Name, certificate);

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _accepting;
    }

    private static async Task ServeAsync(Socket socket, string name, X509Certificate2 certificate)
    {
        try
        {
            await using var tls = new SslStream(new NetworkStream(socket, ownsSocket: true));
            await tls.AuthenticateAsServerAsync(certificate);
            await tls.WriteAsync(Encoding.ASCII.GetBytes(name + "\n"));
            await tls.ShutdownAsync();
        }
        catch (Exception e) when (e is IOException or AuthenticationException or SocketException)
        {
            // The client is gone.
        }
    }

    private async Task AcceptAsync(string name, X509Certificate2 certificate)
    {
        try
        {
            while (true)
                _ = ServeAsync(await _listener.AcceptAsync(), name, certificate);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }
}
