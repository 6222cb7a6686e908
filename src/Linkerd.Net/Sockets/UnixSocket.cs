using System.Text;
using Linkerd.Net.Interop;

namespace Linkerd.Net;

/// <summary>Connections to unix-domain stream sockets.</summary>
public static unsafe class UnixSocket
{
    /// <summary>Bytes of a path, at most (<c>sun_path</c> with its end).</summary>
    public const int MaxPath = 107;

    /// <summary>
    /// Connects at once: a unix socket has no handshake to wait for. The transport has no local or remote address. A full backlog is
    /// EAGAIN: try again later.
    /// </summary>
    /// <exception cref="NetException">There is no such socket, nobody listens, it is not ours to use, or the path is too long.</exception>
    public static TcpTransport Connect(EventLoop loop, string path)
    {
        ArgumentNullException.ThrowIfNull(loop);
        ArgumentException.ThrowIfNullOrEmpty(path);
        int length = Encoding.UTF8.GetByteCount(path);
        if (length > MaxPath) throw new NetException($"connect {path}", Errno.ENAMETOOLONG);
        Span<byte> native = stackalloc byte[sizeof(ushort) + MaxPath + 1];
        native.Clear();
        native[0] = Const.AfUnix;
        Encoding.UTF8.GetBytes(path, native[sizeof(ushort)..]);
        int fd = Libc.Socket(Const.AfUnix, Const.SockStream | Const.SockNonblock | Const.SockCloexec, 0);
        if (fd < 0) throw NetException.Last("socket");
        try
        {
            fixed (byte* address = native)
            {
                if (Libc.Connect(fd, address, (uint)(sizeof(ushort) + length + 1)) < 0) throw NetException.Last($"connect {path}");
            }

            return new TcpTransport(loop, fd, default);
        }
        catch
        {
            _ = Libc.Close(fd);
            throw;
        }
    }
}
