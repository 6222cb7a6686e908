using Linkerd.Model;

namespace Linkerd.Proxy.Control;

/// <summary>Finds addresses of control-plane services.</summary>
public interface IHostResolver
{
    /// <summary>One of the addresses, at random. Throws <see cref="IOException"/> when there is none.</summary>
    Task<SocketAddress> ResolveAsync(HostPort target);
}
