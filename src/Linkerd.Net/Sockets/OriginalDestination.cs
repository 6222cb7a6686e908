using Linkerd.Net.Interop;

namespace Linkerd.Net;

/// <summary>The address a redirected connection was meant for (netfilter's SO_ORIGINAL_DST and IP6T_SO_ORIGINAL_DST).</summary>
public static unsafe class OriginalDestination
{
    /// <summary>
    /// Asks the kernel about a connected socket. False when the connection was not redirected (the original address equals
    /// <paramref name="local"/>) or connection tracking does not know it.
    /// </summary>
    public static bool TryGet(int descriptor, SocketAddress local, out SocketAddress destination)
    {
        // A v4 client on a dual-stack socket is known to the IPv4 tables only.
        bool v6 = local.IsV6 && !local.IsV4Mapped;
        byte* buffer = stackalloc byte[SocketAddress.NativeSize];
        uint length = SocketAddress.NativeSize;
        int result = Libc.GetSockOpt(descriptor, v6 ? Const.SolIpv6 : Const.SolIp, Const.SoOriginalDst, buffer, &length);
        destination = result < 0 ? default : SocketAddress.FromNative(new ReadOnlySpan<byte>(buffer, (int)length)).Unmap();
        return result == 0 && !destination.IsNone && destination != local.Unmap();
    }
}
