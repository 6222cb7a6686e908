using Linkerd.Model;
using Linkerd.Net;
using Linkerd.Proxy.Detect;

namespace Linkerd.Proxy.Connect;

/// <summary>Where and how to connect.</summary>
public sealed record ConnectTarget
{
    /// <summary>No address when <see cref="Socket"/> is set.</summary>
    public required SocketAddress Address { get; init; }

    /// <summary>Path of a unix socket; null for TCP.</summary>
    public string? Socket { get; init; }

    /// <summary>Null for clear text.</summary>
    public TlsTarget? Tls { get; init; }

    /// <summary>Sent first, over TLS with its ALPN; null for none.</summary>
    public TransportHeader? Header { get; init; }

    /// <summary>Of TCP and TLS together.</summary>
    public required TimeSpan Timeout { get; init; }

    public SocketOptions Options { get; init; } = SocketOptions.Default;
}
