using Linkerd.Model;

namespace Linkerd.Proxy.Detect;

/// <summary>TLS on an accepted connection.</summary>
/// <param name="State">Whether it was terminated, and if not, why.</param>
/// <param name="Client">The client's identity; null without a certificate.</param>
/// <param name="ServerName">SNI, when a ClientHello was seen.</param>
/// <param name="Alpn">The protocol negotiated; null for none.</param>
public sealed record ServerTls(ServerTlsState State, PeerIdentity? Client = null, string? ServerName = null, string? Alpn = null);
