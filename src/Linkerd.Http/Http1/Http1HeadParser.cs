namespace Linkerd.Http;

/// <summary>
/// Parses heads and trailers of HTTP/1 (RFC 9112). Strict: whatever two parsers could read differently is refused.
/// </summary>
internal static class Http1HeadParser
{
    /// <summary>
    /// Finds the end of a head: the index behind its empty line, or -1 when more must come. Every line must end in CRLF; a lone LF
    /// is a fault at once, however much is missing.
    /// </summary>
    public static int FindEnd(ReadOnlySpan<byte> data, ref int scanned, ref HttpFault fault)
    {
        // Most heads come whole. Their lines are looked at when they are parsed.
        int from = Math.Max(0, scanned - 3);
        int whole = data[from..].IndexOf("\r\n\r\n"u8);
        if (whole >= 0) return from + whole + 4;
        int at = scanned;
        while (true)
        {
            int next = data[at..].IndexOf((byte)'\n');
            if (next < 0)
            {
                scanned = data.Length;
                return -1;
            }

            next += at;
            if (next == 0 || data[next - 1] != (byte)'\r')
            {
                fault = LoneLineFeed();
                return -1;
            }

            at = next + 1;
        }
    }

    /// <summary>Parses a request: <paramref name="data"/> ends with the empty line.</summary>
    public static HttpFault ParseRequest(ReadOnlySpan<byte> data, HeaderBlock head, Http1Limits limits)
    {
        if (!TryTakeLine(ref data, out ReadOnlySpan<byte> line)) return LoneLineFeed();
        int first = line.IndexOf((byte)' ');
        int last = line.LastIndexOf((byte)' ');
        if (first <= 0 || last == first) return HttpFault.Protocol("the request line is not method, target and version");
        ReadOnlySpan<byte> target = line[(first + 1)..last];
        HttpFault fault = ParseVersion(line[(last + 1)..], head);
        if (!fault.IsNone) return fault;
        if (!FieldRules.IsToken(line[..first])) return HttpFault.Protocol("the method is not a token");
        head.SetMethod(line[..first]);
        if (target.Length > limits.MaxTargetBytes) return HttpFault.OfLimit(HttpLimit.TargetBytes, "the target is too long", 414);
        fault = ParseTarget(target, head);
        if (!fault.IsNone) return fault;
        bool isAbsolute = head.HasAuthority;
        fault = ParseFields(data, head, limits.MaxHeaders, isTrailers: false);
        if (!fault.IsNone) return fault;
        return TakeHost(head, isAbsolute);
    }

    /// <summary>Parses a response: <paramref name="data"/> ends with the empty line.</summary>
    public static HttpFault ParseResponse(ReadOnlySpan<byte> data, HeaderBlock head, Http1Limits limits)
    {
        if (!TryTakeLine(ref data, out ReadOnlySpan<byte> line)) return LoneLineFeed();
        if (line.Length < 12 || line[8] != (byte)' ' || (line.Length > 12 && line[12] != (byte)' ')) return HttpFault.Protocol("the status line is not version and status");
        HttpFault fault = ParseVersion(line[..8], head);
        if (!fault.IsNone) return fault;
        if (!DecimalText.TryParse(line.Slice(9, 3), out long status) || status < 100) return HttpFault.Protocol("the status is not three digits");
        if (!FieldRules.IsValue(line[12..])) return HttpFault.Protocol("the reason has a control character");
        head.Status = (int)status;
        return ParseFields(data, head, limits.MaxHeaders, isTrailers: false);
    }

    /// <summary>Parses field lines; <paramref name="data"/> ends with the empty line.</summary>
    public static HttpFault ParseFields(ReadOnlySpan<byte> data, HeaderBlock head, int maxFields, bool isTrailers)
    {
        int count = 0;
        while (true)
        {
            if (!TryTakeLine(ref data, out ReadOnlySpan<byte> line)) return LoneLineFeed();
            if (line.IsEmpty) return default;
            if (++count > maxFields) return HttpFault.OfLimit(HttpLimit.HeaderCount, "a head has too many fields");
            if (line[0] is (byte)' ' or (byte)'\t') return HttpFault.Protocol("a field is folded over lines");
            HttpFault fault = head.AddLine(line);
            if (!fault.IsNone) return fault;
            if (isTrailers) DropFraming(head);
        }
    }

    private static void DropFraming(HeaderBlock trailers)
    {
        // Fields that say how to read or route a message mean nothing behind it (RFC 9110 §6.5.1).
        if (trailers.KnownAt(trailers.Count - 1) is KnownHeader.ContentLength or KnownHeader.TransferEncoding or KnownHeader.Host or KnownHeader.Connection
            or KnownHeader.KeepAlive or KnownHeader.ProxyConnection or KnownHeader.Te or KnownHeader.Trailer or KnownHeader.Upgrade)
        {
            trailers.RemoveAt(trailers.Count - 1);
        }
    }

    private static bool TryTakeLine(ref ReadOnlySpan<byte> data, out ReadOnlySpan<byte> line)
    {
        int end = data.IndexOf((byte)'\n');
        if (end <= 0 || data[end - 1] != (byte)'\r')
        {
            line = default;
            return false;
        }

        line = data[..(end - 1)];
        data = data[(end + 1)..];
        return true;
    }

    private static HttpFault LoneLineFeed() => HttpFault.Protocol("a line ends in LF without CR");

    private static HttpFault ParseVersion(ReadOnlySpan<byte> version, HeaderBlock head)
    {
        if (version.SequenceEqual("HTTP/1.1"u8)) head.Protocol = HttpProtocol.Http11;
        else if (version.SequenceEqual("HTTP/1.0"u8)) head.Protocol = HttpProtocol.Http10;
        else if (version.Length == 8 && version.StartsWith("HTTP/"u8) && version[6] == (byte)'.' && char.IsAsciiDigit((char)version[5]) && char.IsAsciiDigit((char)version[7]))
            return HttpFault.Protocol("the version is not HTTP/1.0 or HTTP/1.1", HttpErrorCode.ProtocolError, 505);
        else return HttpFault.Protocol("the version is not one of HTTP");
        return default;
    }

    private static HttpFault ParseTarget(ReadOnlySpan<byte> target, HeaderBlock head)
    {
        if (!FieldRules.IsTarget(target)) return HttpFault.Protocol("the target has a byte that is not allowed");
        if (head.MethodKind == RequestMethod.Connect)
        {
            if (!FieldRules.IsAuthority(target) || target.IndexOf((byte)':') <= 0) return HttpFault.Protocol("the target of CONNECT is not host and port");
            head.SetAuthority(target);
            return default;
        }

        if (target[0] == (byte)'/' || (target is [(byte)'*'] && head.MethodKind == RequestMethod.Options))
        {
            head.SetPath(target);
            return default;
        }

        int separator = target.IndexOf("://"u8);
        if (separator <= 0 || !FieldRules.IsToken(target[..separator])) return HttpFault.Protocol("the target is neither a path nor a URI");
        ReadOnlySpan<byte> rest = target[(separator + 3)..];
        int end = rest.IndexOfAny((byte)'/', (byte)'?');
        ReadOnlySpan<byte> authority = end < 0 ? rest : rest[..end];
        if (authority.IsEmpty || !FieldRules.IsAuthority(authority)) return HttpFault.Protocol("the authority of the target is empty or has a byte that is not allowed");
        head.SetScheme(target[..separator]);
        head.SetAuthority(authority);
        head.IsAbsoluteForm = true;
        if (end < 0) head.SetPath(head.MethodKind == RequestMethod.Options ? "*"u8 : "/"u8);
        else if (rest[end] == (byte)'/') head.SetPath(rest[end..]);
        else return HttpFault.Protocol("the target has a query and no path");
        return default;
    }

    private static HttpFault TakeHost(HeaderBlock head, bool isAbsolute)
    {
        int hosts = 0;
        for (int i = head.Count - 1; i >= 0 && head.Contains(KnownHeader.Host); i--)
        {
            if (head.KnownAt(i) != KnownHeader.Host) continue;
            hosts++;
            ReadOnlySpan<byte> host = head[i].Value;
            if (!FieldRules.IsAuthority(host)) return HttpFault.Protocol("host has a byte that is not allowed");

            // A target with an authority wins (RFC 9112 §3.2.2).
            if (!isAbsolute) head.SetAuthority(host);
            head.RemoveAt(i);
        }

        if (hosts > 1) return HttpFault.Protocol("host is repeated");
        return hosts == 0 && head.Protocol == HttpProtocol.Http11 ? HttpFault.Protocol("a request of HTTP/1.1 has no host") : default;
    }
}
