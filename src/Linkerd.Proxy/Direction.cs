namespace Linkerd.Proxy;

/// <summary>Which side of the proxy a connection came in by.</summary>
public enum Direction
{
    /// <summary>From the network to the local application.</summary>
    Inbound,

    /// <summary>From the local application to the network.</summary>
    Outbound,
}
