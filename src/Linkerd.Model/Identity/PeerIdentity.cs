namespace Linkerd.Model;

/// <summary>The identity in a peer's certificate: a DNS name or a URI (SPIFFE) subject alternative name. Equal by exact text; DNS names are kept in lower case.</summary>
public readonly record struct PeerIdentity
{
    private PeerIdentity(string name, bool isUri)
    {
        Name = name;
        IsUri = isUri;
    }

    /// <summary>The name; null only in the default value.</summary>
    public string Name { get; }

    public bool IsUri { get; }

    public static PeerIdentity Dns(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new PeerIdentity(name.ToLowerInvariant(), isUri: false);
    }

    public static PeerIdentity Uri(string uri)
    {
        ArgumentException.ThrowIfNullOrEmpty(uri);
        return new PeerIdentity(uri, isUri: true);
    }

    /// <summary>A URI when it has a scheme (<c>spiffe://…</c>), else a DNS name.</summary>
    public static PeerIdentity Parse(string text)
    {
        ArgumentException.ThrowIfNullOrEmpty(text);
        return text.Contains("://", StringComparison.Ordinal) ? Uri(text) : Dns(text);
    }

    public override string ToString() => Name ?? string.Empty;
}
