namespace Linkerd.Http;

/// <content>What HTTP/2 sends as pseudo-fields and HTTP/1 in its first line.</content>
public sealed partial class HeaderBlock
{
    private TextSpan _method;
    private TextSpan _scheme;
    private TextSpan _authority;
    private TextSpan _path;
    private RequestMethod _methodKind;

    /// <summary>The method's token; empty in a response.</summary>
    public ReadOnlySpan<byte> Method => _methodKind is RequestMethod.Other ? Text(_method) : RequestMethods.NameOf(_methodKind);

    /// <summary>The method, told apart.</summary>
    public RequestMethod MethodKind => _methodKind;

    /// <summary><c>http</c> or <c>https</c>; over HTTP/1 only what an absolute target says, else empty.</summary>
    public ReadOnlySpan<byte> Scheme => Text(_scheme);

    /// <summary>Host and port: <c>:authority</c>, the absolute target's, or <c>host</c>. Empty when the peer gave none.</summary>
    public ReadOnlySpan<byte> Authority => Text(_authority);

    /// <summary>There is an authority, if an empty one (an empty <c>host</c> is lawful).</summary>
    public bool HasAuthority => _authority.IsSet;

    /// <summary>Path and query; <c>*</c> for <c>OPTIONS *</c>; empty for CONNECT.</summary>
    public ReadOnlySpan<byte> Path => Text(_path);

    /// <summary>The status; 0 in a request and in trailers.</summary>
    public int Status { get; set; }

    /// <summary>The version in which the message came, or is to be written by HTTP/1. Default HTTP/1.1.</summary>
    public HttpProtocol Protocol { get; set; } = HttpProtocol.Http11;

    /// <summary>HTTP/1: the target was, or is to be, absolute (<c>GET http://host/path</c>).</summary>
    public bool IsAbsoluteForm { get; set; }

    /// <summary>
    /// HTTP/1.1: <c>connection</c> names <c>upgrade</c>, whose field is kept. Written back by HTTP/1; HTTP/2 cannot carry it.
    /// </summary>
    public bool IsUpgrade { get; set; }

    /// <summary>The value of <c>content-length</c>; -1 when there is none.</summary>
    public long ContentLength { get; private set; } = -1;

    /// <summary>Sets a usual method.</summary>
    public void SetMethod(RequestMethod method)
    {
        if (method == RequestMethod.Other) throw new ArgumentOutOfRangeException(nameof(method), method, "give the method's token instead");
        _methodKind = method;
    }

    /// <summary>Sets the method by its token.</summary>
    public void SetMethod(ReadOnlySpan<byte> token)
    {
        _methodKind = RequestMethods.Find(token);
        if (_methodKind == RequestMethod.Other) _method = Keep(token);
    }

    /// <summary>Sets the scheme.</summary>
    public void SetScheme(ReadOnlySpan<byte> scheme) => _scheme = Keep(scheme);

    /// <summary>Sets the authority.</summary>
    public void SetAuthority(ReadOnlySpan<byte> authority) => _authority = Keep(authority);

    /// <summary>Sets path and query.</summary>
    public void SetPath(ReadOnlySpan<byte> path) => _path = Keep(path);

    /// <summary>Sets <c>content-length</c>; a negative length removes it.</summary>
    public void SetContentLength(long length)
    {
        Remove(KnownHeader.ContentLength);
        if (length < 0) return;
        Span<byte> text = stackalloc byte[20];
        Add(KnownHeader.ContentLength, text[..DecimalText.Format(length, text)]);
    }

    private ReadOnlySpan<byte> Text(TextSpan span) => _bytes.AsSpan(span.Offset, span.Length);

    private TextSpan Keep(ReadOnlySpan<byte> text)
    {
        int offset = Store(text);
        return new TextSpan { Offset = offset, Length = text.Length, IsSet = true };
    }

    private void ClearPseudo()
    {
        _method = _scheme = _authority = _path = default;
        _methodKind = RequestMethod.None;
        Status = 0;
        Protocol = HttpProtocol.Http11;
        IsAbsoluteForm = IsUpgrade = false;
        ContentLength = -1;
    }

    private void CopyPseudo(HeaderBlock other)
    {
        _method = other._method;
        _scheme = other._scheme;
        _authority = other._authority;
        _path = other._path;
        _methodKind = other._methodKind;
        Status = other.Status;
        Protocol = other.Protocol;
        IsAbsoluteForm = other.IsAbsoluteForm;
        IsUpgrade = other.IsUpgrade;
        ContentLength = other.ContentLength;
    }

    private bool IsSamePseudo(HeaderBlock other) =>
        Status == other.Status && _methodKind == other._methodKind && ContentLength == other.ContentLength && Protocol == other.Protocol
        && IsAbsoluteForm == other.IsAbsoluteForm && IsUpgrade == other.IsUpgrade
        && _path.IsSame(other._path) && _authority.IsSame(other._authority) && _scheme.IsSame(other._scheme) && _method.IsSame(other._method);

    private struct TextSpan
    {
        public int Offset;
        public int Length;
        public bool IsSet;

        public readonly bool IsSame(TextSpan other) => Offset == other.Offset && Length == other.Length && IsSet == other.IsSet;
    }
}
