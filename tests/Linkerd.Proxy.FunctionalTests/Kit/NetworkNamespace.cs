using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Linkerd.Proxy.FunctionalTests.Kit;

/// <summary>A network namespace: made empty, deleted when disposed. A socket belongs to the namespace of the thread that made it, so this process can serve and call from inside.</summary>
internal sealed partial class NetworkNamespace : IDisposable
{
    private const int CloneNewNet = 0x40000000;

    public NetworkNamespace(string name)
    {
        Name = name;
        Shell.Run("ip", "netns", "add", name);
        Shell.Run("ip", "-n", name, "link", "set", "lo", "up");
    }

    public string Name { get; }

    public string Path => $"/run/netns/{Name}";

    /// <summary>A command inside.</summary>
    public string[] Command(params string[] line) => ["ip", "netns", "exec", Name, .. line];

    /// <summary>A socket that listens inside.</summary>
    public Socket Listen(IPEndPoint endPoint) => Inside(() =>
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        if (endPoint.Address.Equals(IPAddress.IPv6Any))
            socket.DualMode = true;
        socket.Bind(endPoint);
        socket.Listen(512);
        return socket;
    });

    /// <summary>A connection from inside.</summary>
    public async Task<Socket> ConnectAsync(IPEndPoint endPoint, CancellationToken cancellationToken)
    {
        var socket = Inside(() => new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true });
        try
        {
            await socket.ConnectAsync(endPoint, cancellationToken);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>An HTTP handler whose connections start inside. Hosts must be addresses.</summary>
    public SocketsHttpHandler HttpHandler() => new()
    {
        UseProxy = false,
        ActivityHeadersPropagator = null,
        ConnectCallback = async (context, token) => new NetworkStream(await ConnectAsync(new IPEndPoint(IPAddress.Parse(context.DnsEndPoint.Host), context.DnsEndPoint.Port), token), ownsSocket: true),
    };

    public void Dispose() => Shell.TryAsync("ip", "netns", "del", Name).GetAwaiter().GetResult();

    private T Inside<T>(Func<T> make)
    {
        var result = default(T);
        Exception? failure = null;
        // The thread ends with its namespace; nothing else ever runs on it.
        var thread = new Thread(() =>
        {
            try
            {
                using var handle = File.OpenHandle(Path);
                if (SetNs(handle, CloneNewNet) != 0)
                    throw new InvalidOperationException($"setns {Path}: {Marshal.GetLastPInvokeErrorMessage()}");
                result = make();
            }
            catch (Exception e)
            {
                failure = e;
            }
        });
        thread.Start();
        thread.Join();
        return failure is null ? result! : throw new InvalidOperationException($"in {Name}: {failure.Message}", failure);
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNs(SafeHandle fd, int type);
}
