namespace Linkerd.Model;

/// <summary>What a client must show.</summary>
public enum ClientAuthentication
{
    /// <summary>Nothing.</summary>
    Unauthenticated,

    /// <summary>TLS, without a certificate.</summary>
    TlsUnauthenticated,

    /// <summary>An identity that matches.</summary>
    Identities,
}
