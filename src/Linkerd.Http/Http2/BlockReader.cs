namespace Linkerd.Http;

/// <summary>
/// Reads one header block into a <see cref="HeaderBlock"/> and holds it against RFC 9113 §8. A malformed block is still decoded
/// to its end, because the table must follow the peer's; its fault ends the stream only.
/// </summary>
internal ref struct BlockReader(HpackDecoder decoder, Http2Limits limits)
{
    private HttpFault _fault;
    private uint _pseudoSeen;
    private bool _isInFields;
    private bool _hasHost;
    private long _listSize;
    private int _count;

    /// <summary>The block breaks HPACK: the connection cannot go on.</summary>
    public bool IsUndecodable { get; private set; }

    /// <summary>The block is so far beyond its limits that it gets no answer.</summary>
    public bool IsAbusive => _listSize > 8L * limits.MaxHeaderListSize || _count > 8L * limits.MaxHeaders;

    public HttpFault Read(ReadOnlySpan<byte> block, HeaderBlock head, BlockKind kind)
    {
        if (decoder.Recall(block, kind) is { } known)
        {
            head.CopyFrom(known);
            return default;
        }

        int at = 0;
        int count = 0;
        HpackField field = default;
        bool isFaulty;
        while (decoder.TryRead(block, ref at, count == 0, ref field, out isFaulty))
        {
            count++;
            _listSize += field.Name.Length + field.Value.Length + 32;
            if (!_fault.IsNone) continue;
            if (_listSize > limits.MaxHeaderListSize) _fault = HttpFault.OfLimit(HttpLimit.HeaderListSize, "the header list is larger than SETTINGS_MAX_HEADER_LIST_SIZE");
            else if (count > limits.MaxHeaders) _fault = HttpFault.OfLimit(HttpLimit.HeaderCount, "a header block has too many fields");
            else if (!field.IsValid) Malformed("a field has a byte that is not allowed");
            else if (FieldId.IsPseudo(field.Id)) Pseudo(in field, head, kind);
            else Field(in field, head);
        }

        _count = count;
        IsUndecodable = isFaulty;
        if (_fault.IsNone && !IsUndecodable) Complete(head, kind);
        if (_fault.IsNone && !IsUndecodable) decoder.Remember(block, head, kind);
        return _fault;
    }

    private void Malformed(string message)
    {
        if (_fault.IsNone) _fault = HttpFault.Protocol(message);
    }

    private void Pseudo(in HpackField field, HeaderBlock head, BlockKind kind)
    {
        uint bit = 1u << (field.Id - FieldId.Method);
        if (_isInFields) Malformed("a pseudo-field follows a field");
        else if (kind == BlockKind.Trailers) Malformed("trailers have a pseudo-field");
        else if (field.Id == FieldId.UnknownPseudo) Malformed("a pseudo-field is unknown");
        else if ((field.Id == FieldId.Status) != (kind == BlockKind.Response)) Malformed("a pseudo-field is of the other direction");
        else if ((_pseudoSeen & bit) != 0) Malformed("a pseudo-field is repeated");
        if (!_fault.IsNone) return;
        _pseudoSeen |= bit;
        switch (field.Id)
        {
            case FieldId.Method:
                if (FieldRules.IsToken(field.Value)) head.SetMethod(field.Value);
                else Malformed(":method is not a token");
                break;
            case FieldId.Scheme:
                if (FieldRules.IsToken(field.Value)) head.SetScheme(field.Value);
                else Malformed(":scheme is not a scheme");
                break;
            case FieldId.Authority:
                if (FieldRules.IsAuthority(field.Value)) head.SetAuthority(field.Value);
                else Malformed(":authority has a byte that is not allowed");
                break;
            case FieldId.Path:
                if (FieldRules.IsTarget(field.Value)) head.SetPath(field.Value);
                else Malformed(":path has a byte that is not allowed, or none");
                break;
            default:
                if (field.Value.Length == 3 && DecimalText.TryParse(field.Value, out long status) && status is >= 100 and <= 999) head.Status = (int)status;
                else Malformed(":status is not three digits");
                break;
        }
    }

    private void Field(in HpackField field, HeaderBlock head)
    {
        _isInFields = true;
        var known = (KnownHeader)field.Id;
        switch (known)
        {
            case KnownHeader.Connection or KnownHeader.KeepAlive or KnownHeader.ProxyConnection or KnownHeader.TransferEncoding or KnownHeader.Upgrade:
                Malformed("a field belongs to HTTP/1 connections");
                return;
            case KnownHeader.Te when !field.Value.SequenceEqual("trailers"u8):
                Malformed("te is not trailers");
                return;
            case KnownHeader.Host:
                Host(field.Value, head);
                return;
            case KnownHeader.ContentLength:
                if (!DecimalText.TryParse(field.Value, out long length) || (head.ContentLength >= 0 && head.ContentLength != length)) Malformed("content-length is not a number, or has two values");
                else if (head.ContentLength < 0) break;
                return;
        }

        head.AddDecoded(known, field.Name, field.Value, field.IsSensitive);
    }

    private void Host(ReadOnlySpan<byte> value, HeaderBlock head)
    {
        if (_hasHost || !FieldRules.IsAuthority(value) || (head.HasAuthority && !System.Text.Ascii.EqualsIgnoreCase(head.Authority, value)))
        {
            Malformed("host is repeated, or is not :authority");
            return;
        }

        _hasHost = true;
        if (!head.HasAuthority) head.SetAuthority(value);
    }

    private void Complete(HeaderBlock head, BlockKind kind)
    {
        switch (kind)
        {
            case BlockKind.Response when head.Status == 0:
                Malformed("a response has no :status");
                break;
            case BlockKind.Request when head.MethodKind == RequestMethod.None:
                Malformed("a request has no :method");
                break;
            case BlockKind.Request when head.MethodKind == RequestMethod.Connect:
                if (!head.Scheme.IsEmpty || !head.Path.IsEmpty || head.Authority.IsEmpty) Malformed("CONNECT has :authority and neither :scheme nor :path");
                break;
            case BlockKind.Request when head.Scheme.IsEmpty || head.Path.IsEmpty:
                Malformed("a request has no :scheme or no :path");
                break;
            case BlockKind.Request when head.Path[0] != (byte)'/' && !(head.MethodKind == RequestMethod.Options && head.Path is [(byte)'*']):
                Malformed(":path does not begin with a slash");
                break;
        }
    }
}
