namespace Linkerd.Local.Streaming;

/// <summary>Numbers of SPDY/3.1 frames.</summary>
internal static class Spdy
{
    public const int SynStream = 1;
    public const int SynReply = 2;
    public const int RstStream = 3;
    public const int Settings = 4;
    public const int Ping = 6;
    public const int GoAway = 7;
    public const int Headers = 8;
    public const int WindowUpdate = 9;

    public const byte FlagFin = 1;
    public const int Version = 3;
    public const int Cancel = 5;
    public const int ProtocolError = 1;

    /// <summary>The dictionary that both sides prime zlib with: the header names and values that HTTP uses most, in the order of the specification.</summary>
    public static byte[] Dictionary { get; } = BuildDictionary();

    private static byte[] BuildDictionary()
    {
        using var bytes = new MemoryStream();
        // Each name is preceded by its length in four bytes, as it is in a header block.
        foreach (var word in (string[])
        [
            "options", "head", "post", "put", "delete", "trace", "accept", "accept-charset", "accept-encoding", "accept-language", "accept-ranges", "age",
            "allow", "authorization", "cache-control", "connection", "content-base", "content-encoding", "content-language", "content-length",
            "content-location", "content-md5", "content-range", "content-type", "date", "etag", "expect", "expires", "from", "host", "if-match",
            "if-modified-since", "if-none-match", "if-range", "if-unmodified-since", "last-modified", "location", "max-forwards", "pragma",
            "proxy-authenticate", "proxy-authorization", "range", "referer", "retry-after", "server", "te", "trailer", "transfer-encoding", "upgrade",
            "user-agent", "vary", "via", "warning", "www-authenticate", "method", "get", "status", "200 OK", "version", "HTTP/1.1", "url", "public",
            "set-cookie", "keep-alive", "origin",
        ])
        {
            bytes.Write([0, 0, 0, (byte)word.Length]);
            bytes.Write(System.Text.Encoding.ASCII.GetBytes(word));
        }
        bytes.Write(System.Text.Encoding.ASCII.GetBytes(
            "100101201202205206300302303304305306307402405406407408409410411412413414415416417502504505203 Non-Authoritative Information204 No Content301 Moved Permanently400 Bad Request401 Unauthorized403 Forbidden404 Not Found500 Internal Server Error501 Not Implemented503 Service UnavailableJan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec 00:00:00 Mon, Tue, Wed, Thu, Fri, Sat, Sun, GMTchunked,text/html,image/png,image/jpg,image/gif,application/xml,application/xhtml+xml,text/plain,text/javascript,publicprivatemax-age=gzip,deflate,sdchcharset=utf-8charset=iso-8859-1,utf-,*,enq=0."));
        return bytes.ToArray();
    }
}
