using Linkerd.Net;

namespace Linkerd.Proxy.Accept;

/// <summary>Binds what the environment asks for on hosts with and without IPv6.</summary>
internal static class ListenAddresses
{
    /// <summary>
    /// Binds every address. Without IPv6 a wildcard falls back to its IPv4 form, and another IPv6 address is left out when an IPv4 one
    /// is in the list; <paramref name="warn"/> is told. Throws <see cref="NetException"/> for any other fault, and when nothing is left.
    /// </summary>
    public static List<T> Bind<T>(IReadOnlyList<SocketAddress> addresses, Func<SocketAddress, T> bind, Action<string>? warn = null)
    {
        var bound = new List<T>(addresses.Count);
        foreach (SocketAddress address in addresses)
        {
            try
            {
                bound.Add(bind(address));
            }
            catch (NetException exception) when (address.IsV6 && IsWithoutV6(exception))
            {
                if (address.IsUnspecified)
                {
                    SocketAddress fallback = SocketAddress.AnyV4.WithPort(address.Port);
                    warn?.Invoke($"This host has no IPv6 ({Errno.Name(exception.Errno)}): listening on {fallback} instead of {address}");
                    if (!addresses.Contains(fallback)) bound.Add(bind(fallback));
                }
                else if (addresses.Any(static a => a.IsV4))
                {
                    warn?.Invoke($"This host has no IPv6 ({Errno.Name(exception.Errno)}): not listening on {address}");
                }
                else
                {
                    throw;
                }
            }
        }

        return bound;
    }

    /// <summary>The kernel lacks IPv6 (no such family), or it is switched off by sysctl (no such address).</summary>
    private static bool IsWithoutV6(NetException exception) => exception.Errno is Errno.EAFNOSUPPORT or Errno.EADDRNOTAVAIL;
}
