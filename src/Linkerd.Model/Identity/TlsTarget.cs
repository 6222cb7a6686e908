namespace Linkerd.Model;

/// <summary>How to speak mTLS to an endpoint.</summary>
/// <param name="Identity">What its certificate must carry.</param>
/// <param name="ServerName">What is sent as SNI; its proxy terminates TLS only for its own server name.</param>
public sealed record TlsTarget(PeerIdentity Identity, string ServerName);
