namespace Linkerd.Net;

/// <summary>What a peek at a ClientHello found.</summary>
/// <param name="Kind">How far the bytes reach.</param>
/// <param name="ServerName">The SNI host name in lower case, or null when there is none.</param>
/// <param name="Alpn">Protocols offered, in order; empty when there are none.</param>
public readonly record struct ClientHello(ClientHelloKind Kind, string? ServerName, IReadOnlyList<string> Alpn)
{
    public static ClientHello NeedMore { get; } = new(ClientHelloKind.NeedMore, null, []);

    public static ClientHello NotTls { get; } = new(ClientHelloKind.NotTls, null, []);
}
