namespace Linkerd.Proxy.Accept;

/// <summary>Why an accepted connection was not served.</summary>
public enum AcceptRefusal
{
    /// <summary>An outbound connection was made to the proxy's own port, not redirected to it: forwarding it would come back for ever.</summary>
    Loop,

    /// <summary>The proxy ends.</summary>
    Draining,
}
