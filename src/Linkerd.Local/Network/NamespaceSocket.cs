using System.Net;
using System.Net.Sockets;
using Linkerd.Local.Runtime;

namespace Linkerd.Local.Network;

/// <summary>Opens sockets in another network namespace: a socket stays where it was made, whoever uses it.</summary>
internal static class NamespaceSocket
{
    private const string OwnNamespace = "/proc/thread-self/ns/net";

    /// <summary>Connects to an address as seen inside the namespace.</summary>
    public static async Task<Socket> ConnectAsync(string namespacePath, IPEndPoint target, CancellationToken cancel)
    {
        var socket = await OpenAsync(namespacePath, target.AddressFamily);
        try
        {
            socket.NoDelay = true;
            await socket.ConnectAsync(target, cancel);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    // Only the calling thread moves, so it is one of its own, and it ends here: a failed return could not hurt anybody.
    private static Task<Socket> OpenAsync(string namespacePath, AddressFamily family)
    {
        var done = new TaskCompletionSource<Socket>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            try
            {
                using var other = File.OpenHandle(namespacePath);
                if (Native.SetNamespace((int)other.DangerousGetHandle(), Native.NewNetwork) != 0)
                    throw new IOException($"{namespacePath} cannot be entered from {OwnNamespace}: {Native.LastError()}");
                done.SetResult(new Socket(family, SocketType.Stream, ProtocolType.Tcp));
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        })
        { IsBackground = true, Name = "netns" }.Start();
        return done.Task;
    }
}
