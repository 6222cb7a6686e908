using Linkerd.Proxy.Accept;
using Linkerd.Proxy.Detect;

namespace Linkerd.Proxy.Stack;

/// <summary>The client at the other end of a server connection.</summary>
public sealed record HttpPeer(Accepted Accepted, ServerTls Tls)
{
    /// <summary>It speaks the mesh's TLS, and may use <c>l5d-orig-proto</c>.</summary>
    public bool IsMeshed => Tls.State == ServerTlsState.Established;

    /// <summary>It has proved an identity too: it gets informational headers.</summary>
    public bool IsAuthenticated => IsMeshed && Tls.Client is not null;

    /// <summary>Its address as taps tell it, encoded when the first one does.</summary>
    internal byte[]? TapSource { get; set; }
}
