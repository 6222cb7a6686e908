using System.Text;
using Linkerd.Http;
using Linkerd.Model;

namespace Linkerd.Routing;

/// <summary>A route match, compiled to bytes once. Matching allocates nothing.</summary>
public sealed class RequestMatcher
{
    private readonly TextMatchKind _pathKind;
    private readonly byte[]? _path;
    private readonly CompiledRegex? _pathRegex;
    private readonly byte[]? _method;
    private readonly (byte[] Name, byte[]? Exact, CompiledRegex? Regex)[] _headers;
    private readonly (byte[] Name, byte[]? Exact, CompiledRegex? Regex)[] _query;

    public RequestMatcher(HttpRouteMatch match)
    {
        ArgumentNullException.ThrowIfNull(match);
        if (match.Path is { } path)
        {
            _pathKind = path.Kind;
            // A trailing slash of a prefix says nothing: /a/ is /a.
            _path = Encoding.UTF8.GetBytes(path.Kind == TextMatchKind.Prefix ? path.Text.TrimEnd('/') : path.Text);
            if (path.Kind == TextMatchKind.Regex) _pathRegex = new CompiledRegex(path.Text);
        }

        _method = match.Method is { } method ? Encoding.ASCII.GetBytes(method) : null;
        _headers = [.. match.Headers.Select(static m => Named(m, Encoding.Latin1))];
        _query = [.. match.QueryParameters.Select(static m => Named(m, Encoding.UTF8))];
    }

    public RequestMatcher(GrpcRouteMatch match)
    {
        ArgumentNullException.ThrowIfNull(match);
        _query = [];
        _headers = [.. match.Headers.Select(static m => Named(m, Encoding.Latin1))];
        _method = "POST"u8.ToArray();
        if (match.Service is null && match.Method is null) return;
        string text = match.Service is { } service ? $"/{service}/{match.Method}" : string.Empty;
        _pathKind = match is { Service: not null, Method: not null } ? TextMatchKind.Exact : match.Service is not null ? TextMatchKind.Prefix : TextMatchKind.Regex;
        _path = Encoding.UTF8.GetBytes(text);
        if (_pathKind == TextMatchKind.Regex) _pathRegex = new CompiledRegex("/[^/]+/" + System.Text.RegularExpressions.Regex.Escape(match.Method!));
    }

    /// <summary>Matches every request.</summary>
    public static RequestMatcher Everything { get; } = new(new HttpRouteMatch());

    /// <summary>
    /// How specific the match is, as the Gateway API orders them: exact path, longest prefix, regular expression; then a method;
    /// then headers; then query parameters.
    /// </summary>
    public (int Path, int Method, int Headers, int Query) Specificity => (
        _path is null ? 0 : _pathKind switch { TextMatchKind.Exact => 1 << 20, TextMatchKind.Prefix => 2 + _path.Length, _ => 1 },
        _method is null ? 0 : 1,
        _headers.Length,
        _query.Length);

    /// <summary>Bytes of the path that the match names as a prefix, a slash at its end not counted; null when it is no prefix match.</summary>
    public int? PathPrefixLength => _path is null || _pathKind != TextMatchKind.Prefix ? null : _path.Length;

    public bool IsMatch(HeaderBlock head)
    {
        ArgumentNullException.ThrowIfNull(head);
        if (_method is not null && !head.Method.SequenceEqual(_method)) return false;
        ReadOnlySpan<byte> path = head.Path;
        int mark = path.IndexOf((byte)'?');
        ReadOnlySpan<byte> query = mark < 0 ? default : path[(mark + 1)..];
        if (mark >= 0) path = path[..mark];
        if (_path is not null && !PathMatches(path)) return false;
        foreach ((byte[] name, byte[]? exact, CompiledRegex? regex) in _headers)
        {
            if (!head.TryGet(name, out ReadOnlySpan<byte> value) || !ValueMatches(value, exact, regex)) return false;
        }

        foreach ((byte[] name, byte[]? exact, CompiledRegex? regex) in _query)
        {
            if (!TryQuery(query, name, out ReadOnlySpan<byte> value) || !ValueMatches(value, exact, regex)) return false;
        }

        return true;
    }

    private static (byte[] Name, byte[]? Exact, CompiledRegex? Regex) Named(NamedMatch match, Encoding encoding)
        => (Encoding.ASCII.GetBytes(match.Name), match.Value.Kind == TextMatchKind.Regex ? null : encoding.GetBytes(match.Value.Text), match.Value.Kind == TextMatchKind.Regex ? new CompiledRegex(match.Value.Text) : null);

    private static bool ValueMatches(ReadOnlySpan<byte> value, byte[]? exact, CompiledRegex? regex)
        => exact is not null ? value.SequenceEqual(exact) : regex!.IsMatch(value);

    private static bool TryQuery(ReadOnlySpan<byte> query, ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        while (!query.IsEmpty)
        {
            int end = query.IndexOf((byte)'&');
            ReadOnlySpan<byte> pair = end < 0 ? query : query[..end];
            query = end < 0 ? default : query[(end + 1)..];
            int equals = pair.IndexOf((byte)'=');
            if (!(equals < 0 ? pair : pair[..equals]).SequenceEqual(name)) continue;
            value = equals < 0 ? default : pair[(equals + 1)..];
            return true;
        }

        value = default;
        return false;
    }

    private bool PathMatches(ReadOnlySpan<byte> path)
    {
        ReadOnlySpan<byte> wanted = _path;
        switch (_pathKind)
        {
            case TextMatchKind.Exact:
                return path.SequenceEqual(wanted);
            case TextMatchKind.Prefix:
                // Whole segments: /a matches /a and /a/b, not /ab.
                if (!path.StartsWith(wanted)) return false;
                return path.Length == wanted.Length || wanted.IsEmpty || wanted[^1] == (byte)'/' || path[wanted.Length] == (byte)'/';
            default:
                return _pathRegex!.IsMatch(path);
        }
    }
}
