namespace Linkerd.Http;

/// <summary>The static table of RFC 7541 Appendix A. Indices begin at 1.</summary>
internal static class HpackStaticTable
{
    public const int Count = 61;

    private static readonly (byte Id, byte[] Value)[] Fields =
    [
        default,
        (FieldId.Authority, []),
        (FieldId.Method, [.. "GET"u8]),
        (FieldId.Method, [.. "POST"u8]),
        (FieldId.Path, [.. "/"u8]),
        (FieldId.Path, [.. "/index.html"u8]),
        (FieldId.Scheme, [.. "http"u8]),
        (FieldId.Scheme, [.. "https"u8]),
        (FieldId.Status, [.. "200"u8]),
        (FieldId.Status, [.. "204"u8]),
        (FieldId.Status, [.. "206"u8]),
        (FieldId.Status, [.. "304"u8]),
        (FieldId.Status, [.. "400"u8]),
        (FieldId.Status, [.. "404"u8]),
        (FieldId.Status, [.. "500"u8]),
        ((byte)KnownHeader.AcceptCharset, []),
        ((byte)KnownHeader.AcceptEncoding, [.. "gzip, deflate"u8]),
        ((byte)KnownHeader.AcceptLanguage, []),
        ((byte)KnownHeader.AcceptRanges, []),
        ((byte)KnownHeader.Accept, []),
        ((byte)KnownHeader.AccessControlAllowOrigin, []),
        ((byte)KnownHeader.Age, []),
        ((byte)KnownHeader.Allow, []),
        ((byte)KnownHeader.Authorization, []),
        ((byte)KnownHeader.CacheControl, []),
        ((byte)KnownHeader.ContentDisposition, []),
        ((byte)KnownHeader.ContentEncoding, []),
        ((byte)KnownHeader.ContentLanguage, []),
        ((byte)KnownHeader.ContentLength, []),
        ((byte)KnownHeader.ContentLocation, []),
        ((byte)KnownHeader.ContentRange, []),
        ((byte)KnownHeader.ContentType, []),
        ((byte)KnownHeader.Cookie, []),
        ((byte)KnownHeader.Date, []),
        ((byte)KnownHeader.Etag, []),
        ((byte)KnownHeader.Expect, []),
        ((byte)KnownHeader.Expires, []),
        ((byte)KnownHeader.From, []),
        ((byte)KnownHeader.Host, []),
        ((byte)KnownHeader.IfMatch, []),
        ((byte)KnownHeader.IfModifiedSince, []),
        ((byte)KnownHeader.IfNoneMatch, []),
        ((byte)KnownHeader.IfRange, []),
        ((byte)KnownHeader.IfUnmodifiedSince, []),
        ((byte)KnownHeader.LastModified, []),
        ((byte)KnownHeader.Link, []),
        ((byte)KnownHeader.Location, []),
        ((byte)KnownHeader.MaxForwards, []),
        ((byte)KnownHeader.ProxyAuthenticate, []),
        ((byte)KnownHeader.ProxyAuthorization, []),
        ((byte)KnownHeader.Range, []),
        ((byte)KnownHeader.Referer, []),
        ((byte)KnownHeader.Refresh, []),
        ((byte)KnownHeader.RetryAfter, []),
        ((byte)KnownHeader.Server, []),
        ((byte)KnownHeader.SetCookie, []),
        ((byte)KnownHeader.StrictTransportSecurity, []),
        ((byte)KnownHeader.TransferEncoding, []),
        ((byte)KnownHeader.UserAgent, []),
        ((byte)KnownHeader.Vary, []),
        ((byte)KnownHeader.Via, []),
        ((byte)KnownHeader.WwwAuthenticate, []),
    ];

    // The first index of each name; 0 where the table has none.
    private static readonly byte[] FirstIndex = BuildFirstIndex();

    public static byte IdOf(int index) => Fields[index].Id;

    public static ReadOnlySpan<byte> ValueOf(int index) => Fields[index].Value;

    /// <summary>An index with this name, or 0.</summary>
    public static int NameIndex(byte id) => FirstIndex[id];

    /// <summary>The index of this name and value, or 0.</summary>
    public static int Find(byte id, ReadOnlySpan<byte> value)
    {
        int index = FirstIndex[id];
        if (index == 0) return 0;
        for (; index <= Count && Fields[index].Id == id; index++)
        {
            if (Fields[index].Value.Length != 0 && value.SequenceEqual(Fields[index].Value)) return index;
        }

        return 0;
    }

    private static byte[] BuildFirstIndex()
    {
        var first = new byte[256];
        for (int i = Count; i > 0; i--) first[Fields[i].Id] = (byte)i;
        return first;
    }
}
