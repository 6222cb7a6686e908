using Linkerd.Net;

namespace Linkerd.Proxy.Accept;

/// <summary>What is known of a connection when it was accepted.</summary>
/// <param name="Direction">Which listener took it.</param>
/// <param name="Client">The peer.</param>
/// <param name="Local">The listening address the connection came in by.</param>
/// <param name="OriginalDestination">Where the client meant to go (SO_ORIGINAL_DST); equals <paramref name="Local"/> for a connection that was not redirected.</param>
public sealed record Accepted(Direction Direction, SocketAddress Client, SocketAddress Local, SocketAddress OriginalDestination)
{
    /// <summary>The client connected to the proxy's own port: a direct connection, with a transport header.</summary>
    public bool IsDirect => OriginalDestination == Local;
}
