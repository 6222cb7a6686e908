using Linkerd.Proxy.Accept;
using Linkerd.Proxy.Detect;

namespace Linkerd.Proxy.Stack;

/// <summary>The client at the other end of a server connection.</summary>
public sealed record HttpPeer(Accepted Accepted, ServerTls Tls)
{
    /// <summary>It is a meshed peer: it gets informational headers, and may use <c>l5d-orig-proto</c>.</summary>
    public bool IsMeshed => Tls.State == ServerTlsState.Established;

    /// <summary>Its address as taps tell it, encoded when the first one does.</summary>
    internal byte[]? TapSource { get; set; }
}
