namespace Linkerd.Proxy.Detect;

/// <summary>What became of TLS on an accepted connection; the <c>tls</c> and <c>no_tls_reason</c> labels.</summary>
public enum ServerTlsState
{
    /// <summary>Terminated here.</summary>
    Established,

    /// <summary>TLS for another server name: passed through (<c>tls="opaque"</c>).</summary>
    Passthrough,

    /// <summary>This proxy has no identity (<c>disabled</c>).</summary>
    Disabled,

    /// <summary>From the same host (<c>loopback</c>).</summary>
    Loopback,

    /// <summary>The port is opaque, so nothing was looked at (<c>port_skipped</c>).</summary>
    PortSkipped,

    /// <summary>The client began without a ClientHello (<c>no_tls_from_remote</c>).</summary>
    NoTlsFromRemote,
}
