namespace Linkerd.Http;

/// <summary>What a head says about its connection and body, taken out of it.</summary>
internal struct Http1Framing
{
    public bool HasClose;
    public bool HasKeepAlive;
    public bool IsChunked;

    /// <summary>Fields that <c>connection</c> names and that are looked for; each costs a look at all of them.</summary>
    public const int MaxOptions = 32;

    private int _options;

    /// <summary>
    /// Reads and removes the fields of one hop: <c>connection</c> with what it names, and framing. Whatever could be framed in
    /// two ways is refused (RFC 9112 §6.1, §6.3, §11.2).
    /// </summary>
    public HttpFault Take(HeaderBlock head)
    {
        HttpFault fault = TakeFraming(head);
        if (!fault.IsNone) return fault;
        bool namesUpgrade = false;
        for (int i = 0; i < head.Count && head.Contains(KnownHeader.Connection);)
        {
            if (head.KnownAt(i) != KnownHeader.Connection)
            {
                i++;
                continue;
            }

            // Removing leaves the text where it is, so the value can still be read.
            ReadOnlySpan<byte> options = head[i].Value;
            head.RemoveAt(i);
            namesUpgrade |= TakeOptions(head, options);
            if (_options > MaxOptions) return HttpFault.OfLimit(HttpLimit.HeaderCount, "connection names too many fields");
            i = 0;
        }

        head.Remove(KnownHeader.KeepAlive);
        head.Remove(KnownHeader.ProxyConnection);
        head.IsUpgrade = namesUpgrade && head.Protocol == HttpProtocol.Http11 && MayUpgrade(head);
        if (!head.IsUpgrade)
        {
            head.Remove(KnownHeader.Upgrade);
            head.Remove(KnownHeader.Http2Settings);
        }

        if (head.TryGet(KnownHeader.Te, out ReadOnlySpan<byte> te))
        {
            bool takesTrailers = HasToken(te, "trailers"u8);
            head.Remove(KnownHeader.Te);
            if (takesTrailers) head.Add(KnownHeader.Te, "trailers"u8);
        }

        return default;
    }

    /// <summary>
    /// An upgrade may always be passed over (RFC 9110 §7.8). One to HTTP/2 is: behind it any number of requests would travel that no rule of ours
    /// has seen. So is that of a request with a body, which would have to be told apart from the tunnel behind it.
    /// </summary>
    private readonly bool MayUpgrade(HeaderBlock head)
    {
        if (!head.Contains(KnownHeader.Upgrade)) return false;
        if (head.Status != 0) return true;
        if (IsChunked || head.ContentLength > 0) return false;
        for (int i = 0; i < head.Count; i++)
        {
            if (head.KnownAt(i) == KnownHeader.Upgrade && HasToken(head.ValueAt(i), "h2c"u8)) return false;
        }

        return true;
    }

    private HttpFault TakeFraming(HeaderBlock head)
    {
        int lengths = 0;
        int encodings = 0;
        for (int i = 0; i < head.Count; i++)
        {
            if (head.KnownAt(i) == KnownHeader.ContentLength) lengths++;
            else if (head.KnownAt(i) == KnownHeader.TransferEncoding) encodings++;
        }

        if (lengths > 1) return HttpFault.Protocol("content-length is repeated");
        if (lengths == 1 && head.ContentLength < 0) return HttpFault.Protocol("content-length is not a number");
        if (encodings == 0) return default;
        if (lengths > 0) return HttpFault.Protocol("content-length and transfer-encoding are both given");
        if (encodings > 1) return HttpFault.Protocol("transfer-encoding is repeated");
        if (head.Protocol == HttpProtocol.Http10) return HttpFault.Protocol("transfer-encoding is given with HTTP/1.0");
        _ = head.TryGet(KnownHeader.TransferEncoding, out ReadOnlySpan<byte> encoding);
        if (!System.Text.Ascii.EqualsIgnoreCase(encoding, "chunked"u8))
            return HttpFault.Protocol("transfer-encoding is not chunked alone", HttpErrorCode.ProtocolError, HasToken(encoding, "chunked"u8) && !encoding.EndsWith("chunked"u8) ? 400 : 501);
        head.Remove(KnownHeader.TransferEncoding);
        IsChunked = true;
        return default;
    }

    private bool TakeOptions(HeaderBlock head, ReadOnlySpan<byte> options)
    {
        bool namesUpgrade = false;
        while (!options.IsEmpty && _options <= MaxOptions)
        {
            ReadOnlySpan<byte> option = NextToken(ref options);
            if (option.IsEmpty) continue;
            if (System.Text.Ascii.EqualsIgnoreCase(option, "close"u8)) HasClose = true;
            else if (System.Text.Ascii.EqualsIgnoreCase(option, "keep-alive"u8)) HasKeepAlive = true;
            else if (System.Text.Ascii.EqualsIgnoreCase(option, "upgrade"u8)) namesUpgrade = true;
            else if (!System.Text.Ascii.EqualsIgnoreCase(option, "content-length"u8) && !System.Text.Ascii.EqualsIgnoreCase(option, "te"u8)
                && !System.Text.Ascii.EqualsIgnoreCase(option, "connection"u8))
            {
                _options++;
                head.Remove(option);
            }
        }

        return namesUpgrade;
    }

    private static bool HasToken(ReadOnlySpan<byte> list, ReadOnlySpan<byte> wanted)
    {
        while (!list.IsEmpty)
        {
            if (System.Text.Ascii.EqualsIgnoreCase(NextToken(ref list), wanted)) return true;
        }

        return false;
    }

    private static ReadOnlySpan<byte> NextToken(ref ReadOnlySpan<byte> list)
    {
        int comma = list.IndexOf((byte)',');
        ReadOnlySpan<byte> token = comma < 0 ? list : list[..comma];
        list = comma < 0 ? default : list[(comma + 1)..];
        return FieldRules.Trim(token);
    }
}
