using System.Net;
using System.Net.Sockets;
using Linkerd.Net;

namespace Linkerd.Net.Tests;

/// <summary>A loop on its own thread, with listeners on loopback and foreign (base library) sockets as peers.</summary>
internal sealed class Harness : IDisposable
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private readonly List<Exception> _unhandled = [];

    public Harness()
    {
        EventLoop loop = EventLoop.Create(new EventLoopOptions { Name = "test", IdleTrim = TimeSpan.FromMilliseconds(20) });
        loop.UnhandledException += exception =>
        {
            lock (_unhandled) _unhandled.Add(exception);
        };
        Thread = new EventLoopThread(loop);
    }

    public EventLoopThread Thread { get; }

    public EventLoop Loop => Thread.Loop;

    public bool ExpectsErrors { get; set; }

    /// <summary>Listens on loopback; the callback runs on the loop.</summary>
    public TcpListener Listen(Action<TcpTransport> accepted, TcpListenerOptions? options = null, SocketAddress? address = null)
    {
        TcpListener listener = TcpListener.Bind(address ?? SocketAddress.LoopbackV4, options);
        Thread.InvokeAsync(() => listener.Start(Loop, new Acceptor(accepted))).WaitAsync(Limit).GetAwaiter().GetResult();
        return listener;
    }

    /// <summary>A foreign socket connected to <paramref name="listener"/>.</summary>
    public static Socket Dial(TcpListener listener)
    {
        var socket = new Socket(listener.LocalAddress.IsV6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
        {
            ReceiveTimeout = (int)Limit.TotalMilliseconds,
            SendTimeout = (int)Limit.TotalMilliseconds,
            NoDelay = true,
        };
        socket.Connect(listener.LocalAddress.ToIPEndPoint());
        return socket;
    }

    /// <summary>A foreign listener.</summary>
    public static Socket ForeignListener()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen();
        return socket;
    }

    public Task<T> On<T>(Func<T> work) => Thread.InvokeAsync(work).WaitAsync(Limit);

    public Task On(Action work) => Thread.InvokeAsync(work).WaitAsync(Limit);

    public void Dispose()
    {
        Thread.Dispose();
        if (!ExpectsErrors && _unhandled.Count > 0) throw new AggregateException(_unhandled);
    }

    private sealed class Acceptor(Action<TcpTransport> accepted) : IAcceptHandler
    {
        public void OnAccepted(TcpTransport transport) => accepted(transport);

        public void OnAcceptError(int errno)
        {
        }
    }
}
