using Linkerd.Model;
using Linkerd.Net;

namespace Linkerd.Proxy.Identity;

/// <summary>What one certificate makes possible. Connections keep the context they began with; new ones take the newest.</summary>
/// <param name="LocalIdentity">Own identity, as in the certificate.</param>
/// <param name="ServerName">The SNI that this proxy terminates.</param>
/// <param name="Server">Terminates TLS.</param>
/// <param name="Client">Speaks TLS to peers.</param>
public sealed record TlsContexts(PeerIdentity LocalIdentity, string ServerName, TlsServerContext Server, TlsClientContext Client);
