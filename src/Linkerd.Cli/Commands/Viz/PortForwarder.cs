using System.Net.Sockets;
using Linkerd.Kubernetes;

namespace Linkerd.Cli.Commands.Viz;

/// <summary>Hands connections to a port of a pod, each by a port-forward of its own.</summary>
internal static class PortForwarder
{
    private const int MaxConnections = 256;

    /// <summary>Accepts until cancelled.</summary>
    public static async Task RunAsync(Socket listener, KubernetesClient client, string ns, string pod, int port, TextWriter errors, CancellationToken cancel)
    {
        using var slots = new SemaphoreSlim(MaxConnections, MaxConnections);
        while (true)
        {
            await slots.WaitAsync(cancel);
            var socket = await listener.AcceptAsync(cancel);
            _ = ServeAsync(socket);
        }

        async Task ServeAsync(Socket socket)
        {
            try
            {
                socket.NoDelay = true;
                await using var near = new NetworkStream(socket, ownsSocket: true);
                await using var far = await client.PortForwardAsync(ns, pod, port, cancel);
                // The pod's end closes the connection; a browser's half-close alone does not.
                using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
                var sending = near.CopyToAsync(far, ended.Token);
                await far.CopyToAsync(near, ended.Token);
                await ended.CancelAsync();
                await sending;
            }
            catch (KubernetesException e)
            {
                await errors.WriteLineAsync(e.Message);
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // One side is gone.
            }
            finally
            {
                slots.Release();
            }
        }
    }
}
