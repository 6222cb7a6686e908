using Linkerd.Net;

namespace Linkerd.Proxy.Stack;

/// <summary>Serves connections of one kind of target; takes the transport over and closes it in the end.</summary>
public interface IConnectionService<in TTarget>
{
    /// <summary>Called on the transport's loop; returns at once.</summary>
    void Serve(Transport transport, TTarget target);
}
