using System.Runtime.InteropServices;
using Linkerd.Net.Interop;

namespace Linkerd.Net;

/// <summary>Small wrappers around socket system calls.</summary>
internal static unsafe class SocketCalls
{
    public static int Open(SocketAddress address)
    {
        int fd = Libc.Socket(address.IsV6 ? Const.AfInet6 : Const.AfInet, Const.SockStream | Const.SockNonblock | Const.SockCloexec, 0);
        return fd >= 0 ? fd : throw NetException.Last("socket");
    }

    public static int OpenDatagram(SocketAddress address)
    {
        int fd = Libc.Socket(address.IsV6 ? Const.AfInet6 : Const.AfInet, Const.SockDatagram | Const.SockNonblock | Const.SockCloexec, 0);
        return fd >= 0 ? fd : throw NetException.Last("socket");
    }

    public static SocketAddress LocalAddress(int fd)
    {
        byte* buffer = stackalloc byte[SocketAddress.NativeSize];
        uint length = SocketAddress.NativeSize;
        return Libc.GetSockName(fd, buffer, &length) < 0 ? default : SocketAddress.FromNative(new ReadOnlySpan<byte>(buffer, (int)length));
    }

    /// <summary>Sets an integer option; false when the kernel refuses.</summary>
    public static bool Set(int fd, int level, int option, int value) => Libc.SetSockOpt(fd, level, option, &value, sizeof(int)) == 0;

    /// <summary>Reads an integer option; -1 when the kernel refuses.</summary>
    public static int Get(int fd, int level, int option)
    {
        int value = 0;
        uint length = sizeof(int);
        return Libc.GetSockOpt(fd, level, option, &value, &length) == 0 ? value : -1;
    }

    /// <summary>The pending error (SO_ERROR), which the kernel clears.</summary>
    public static int TakeError(int fd) => Get(fd, Const.SolSocket, Const.SoError);

    public static void Apply(int fd, SocketOptions options)
    {
        if (options.NoDelay) Set(fd, Const.SolTcp, Const.TcpNoDelay, 1);
        if (options.KeepAlive is { } keepAlive)
        {
            int seconds = Math.Max(1, (int)Math.Ceiling(keepAlive.TotalSeconds));
            Set(fd, Const.SolSocket, Const.SoKeepAlive, 1);
            Set(fd, Const.SolTcp, Const.TcpKeepIdle, seconds);
            Set(fd, Const.SolTcp, Const.TcpKeepInterval, seconds);
        }

        if (options.UserTimeout is { } timeout) Set(fd, Const.SolTcp, Const.TcpUserTimeout, (int)Math.Min(int.MaxValue, timeout.TotalMilliseconds));
        if (options.ReceiveBuffer is { } receive) Set(fd, Const.SolSocket, Const.SoRcvBuf, receive);
        if (options.SendBuffer is { } send) Set(fd, Const.SolSocket, Const.SoSndBuf, send);
    }

    /// <summary>Makes the coming close a reset (SO_LINGER with 0 s).</summary>
    public static void ResetOnClose(int fd)
    {
        long linger = 1; // struct linger { int on = 1; int seconds = 0; }
        _ = Libc.SetSockOpt(fd, Const.SolSocket, Const.SoLinger, &linger, sizeof(long));
    }
}
