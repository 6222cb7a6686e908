using Linkerd.Net;

namespace Linkerd.Proxy.Stack;

/// <summary>Counts one connection's bytes until it is closed.</summary>
public interface IConnectionTracker
{
    /// <summary>The connection is gone; an errno of 0 means in order.</summary>
    void Closed(TransportFault fault);
}
