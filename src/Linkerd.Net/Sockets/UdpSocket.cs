using System.Runtime.InteropServices;
using Linkerd.Net.Interop;

namespace Linkerd.Net;

/// <summary>A datagram socket connected to one peer: the kernel lets only that peer's datagrams in. Used on its loop only.</summary>
public sealed unsafe class UdpSocket : IReadiness, IDisposable
{
    /// <summary>Longer datagrams are cut: 4 KiB.</summary>
    public const int MaxLength = 4096;

    private readonly EventLoop _loop;
    private readonly IDatagramHandler _handler;
    private readonly long _key;
    private int _fd;

    private UdpSocket(EventLoop loop, int fd, IDatagramHandler handler)
    {
        _loop = loop;
        _fd = fd;
        _handler = handler;
        _key = loop.Register(fd, this);
    }

    /// <summary>Opens a socket on a port of the kernel's choice.</summary>
    /// <exception cref="NetException">No descriptor, or no route to the address family.</exception>
    public static UdpSocket Connect(EventLoop loop, SocketAddress remote, IDatagramHandler handler)
    {
        ArgumentNullException.ThrowIfNull(loop);
        ArgumentNullException.ThrowIfNull(handler);
        int fd = SocketCalls.OpenDatagram(remote);
        try
        {
            byte* native = stackalloc byte[SocketAddress.NativeSize];
            int length = remote.WriteNative(new Span<byte>(native, SocketAddress.NativeSize));
            if (Libc.Connect(fd, native, (uint)length) < 0) throw NetException.Last($"connect {remote}");
            return new UdpSocket(loop, fd, handler);
        }
        catch
        {
            _ = Libc.Close(fd);
            throw;
        }
    }

    /// <summary>Sends one datagram. A send that fails is reported like one that is lost: not at all, or by <see cref="IDatagramHandler.OnError"/> later.</summary>
    public void Send(ReadOnlySpan<byte> data)
    {
        fixed (byte* start = data) _ = Libc.Send(_fd, start, (nuint)data.Length, Const.MsgNoSignal);
    }

    public void Dispose()
    {
        if (_fd < 0) return;
        _loop.Unregister(_key);
        _ = Libc.Close(_fd);
        _fd = -1;
    }

    void IReadiness.OnReady(uint events)
    {
        byte* buffer = stackalloc byte[MaxLength];
        while (_fd >= 0)
        {
            nint count = Libc.Recv(_fd, buffer, MaxLength, 0);
            if (count >= 0)
            {
                _handler.OnDatagram(new ReadOnlySpan<byte>(buffer, (int)count));
                continue;
            }

            int errno = Marshal.GetLastPInvokeError();
            if (errno == Errno.EINTR) continue;
            if (errno == Errno.EAGAIN) return;
            _handler.OnError(errno);
        }
    }

    void IReadiness.OnLoopStopped() => Dispose();
}
