namespace Linkerd.Proxy.Identity;

/// <summary>What the proxy holds at one time: certificate and anchors.</summary>
/// <param name="Contexts">For new connections.</param>
/// <param name="NotBefore">Of the certificate.</param>
/// <param name="NotAfter">Of the certificate.</param>
public sealed record IdentityState(TlsContexts Contexts, DateTimeOffset NotBefore, DateTimeOffset NotAfter);
