using System.Text;
using Linkerd.Http;
using Linkerd.Model;

namespace Linkerd.Proxy.Http;

/// <summary>
/// Headers that only proxies may speak. What belongs to one hop (connection, keep-alive, …) the sessions take out themselves.
/// </summary>
internal static class HeaderHygiene
{
    /// <summary>Removes what the client had no right to say.</summary>
    public static void OnRequest(HeaderBlock request, Direction direction, bool isMeshed)
    {
        if (direction == Direction.Inbound && isMeshed) return;
        request.Remove(KnownHeader.L5dOrigProto);
        request.Remove(KnownHeader.L5dClientId);
    }

    /// <summary>What <c>l5d-client-id</c> says of a client; null for one without an identity, or with one that no field can hold: whoever signs certificates writes no headers.</summary>
    public static byte[]? ClientId(PeerIdentity? client)
        => client is { Name: { } name } && !name.AsSpan().ContainsAnyExceptInRange('!', '~') ? Encoding.ASCII.GetBytes(name) : null;

    /// <summary>Removes what the server, or the proxy before it, said to this proxy alone, and what the client is not to hear. True when the client's connection is to be closed after the answer.</summary>
    public static bool OnResponse(HeaderBlock response, Direction direction, bool tells)
    {
        if (direction == Direction.Inbound)
        {
            response.Remove(KnownHeader.L5dOrigProto);
            response.Remove(KnownHeader.L5dProxyConnection);
            response.Remove(KnownHeader.L5dProxyError);
            return false;
        }

        if (!tells) response.Remove(KnownHeader.L5dProxyError);
        return response.TryGet(KnownHeader.L5dProxyConnection, out ReadOnlySpan<byte> value) && value.SequenceEqual("close"u8) & response.Remove(KnownHeader.L5dProxyConnection);
    }
}
