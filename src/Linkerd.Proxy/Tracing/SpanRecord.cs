using System.Buffers.Binary;
using System.Text;
using Linkerd.Http;
using Linkerd.Proxy.Stack;
using Linkerd.Proxy.Wire;

namespace Linkerd.Proxy.Tracing;

/// <summary>
/// One sampled span, encoded as <c>opentelemetry.proto.trace.v1.Span</c>. Attributes follow OpenTelemetry's semantic conventions for HTTP spans; what
/// a request says of itself is copied when it begins.
/// </summary>
internal sealed class SpanRecord
{
    private const int Attributes = 9;
    private const int ServerKind = 2;
    private const int ClientKind = 3;
    private const int ErrorStatus = 2;
    private const int MaxText = 2048;

    // Sampled, and the parent is remote: bits 8 and 9 of Span.flags.
    private const uint Flags = 0x301;

    private readonly Tracer _tracer;
    private readonly ProtoBuffer _span = new();
    private readonly Direction _direction;
    private readonly long _startUnix;
    private readonly long _startedAt;
    private bool _ended;

    public SpanRecord(Tracer tracer, TraceContext context, ulong span, HeaderBlock head, Direction direction, long startUnix, long startedAt)
    {
        _tracer = tracer;
        _direction = direction;
        _startUnix = startUnix;
        _startedAt = startedAt;
        Span<byte> id = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(id, context.TraceId);
        _span.Bytes(1, id);
        BinaryPrimitives.WriteUInt64BigEndian(id, span);
        _span.Bytes(2, id[..8]);
        BinaryPrimitives.WriteUInt64BigEndian(id, context.ParentId);
        _span.Bytes(4, id[..8]);
        int path = Mark(head.Path);
        _span.Text(5, Cut(head.Path[..path]));
        _span.Number(6, direction == Direction.Inbound ? ServerKind : (ulong)ClientKind);
        _span.Fixed64(7, (ulong)startUnix);
        Request(head, path);
    }

    /// <summary>The request is over: the span is exported.</summary>
    public void End(HttpExchange exchange)
    {
        if (_ended) return;
        _ended = true;
        _span.Fixed64(8, (ulong)(_startUnix + Math.Max(0, exchange.Worker.Loop.Now - _startedAt)));
        if (exchange.Status > 0) Number("http.response.status_code", exchange.Status);
        if (exchange.GrpcStatus >= 0) Number("rpc.grpc.status_code", exchange.GrpcStatus);
        string error = !exchange.Error.IsNone ? exchange.Error.Kind.ToString() : !exchange.Fault.IsNone ? exchange.Fault.Code.ToString() : string.Empty;
        if (error.Length > 0) Text("error.type", error);
        if (error.Length > 0 || exchange.Status >= (_direction == Direction.Inbound ? 500 : 400))
        {
            int status = _span.Begin(15);
            _span.Number(3, ErrorStatus);
            _span.End(status);
        }

        _span.Fixed32(16, Flags);
        _tracer.Export(_span.Written.ToArray());
        _span.Release();
    }

    private static int Mark(ReadOnlySpan<byte> path) => path.IndexOf((byte)'?') is >= 0 and int mark ? mark : path.Length;

    private static ReadOnlySpan<byte> Cut(ReadOnlySpan<byte> text) => text.Length > MaxText ? text[..MaxText] : text;

    private void Request(HeaderBlock head, int path)
    {
        Text("direction", _direction == Direction.Inbound ? "inbound" : "outbound");
        Octets("http.request.method", head.Method);
        ReadOnlySpan<byte> scheme = head.Scheme.IsEmpty ? "http"u8 : head.Scheme;
        Octets("url.scheme", scheme);
        Octets("url.path", head.Path[..path]);
        if (path < head.Path.Length) Octets("url.query", head.Path[(path + 1)..]);
        Full(scheme, head);
        Text("network.transport", "tcp");
        Server(head.TryGet(KnownHeader.XForwardedHost, out ReadOnlySpan<byte> forwarded) ? forwarded : head.Authority);
        Header(head, KnownHeader.UserAgent, "user_agent.original");
        Header(head, KnownHeader.ContentLength, "http.request.header.content-length");
        Header(head, KnownHeader.ContentType, "http.request.header.content-type");
        Header(head, KnownHeader.L5dOrigProto, "http.request.header.l5d-orig-proto");
    }

    private void Full(ReadOnlySpan<byte> scheme, HeaderBlock head)
    {
        ReadOnlySpan<byte> authority = head.Authority;
        int at = authority.LastIndexOf((byte)'@');
        // Credentials stay here.
        string user = at < 0 ? string.Empty : authority[..at].Contains((byte)':') ? "REDACTED:REDACTED@" : "REDACTED@";
        Octets("url.full", Encoding.Latin1.GetBytes($"{Encoding.Latin1.GetString(scheme)}://{user}{Encoding.Latin1.GetString(authority[(at + 1)..])}{Encoding.Latin1.GetString(head.Path)}"));
    }

    private void Server(ReadOnlySpan<byte> authority)
    {
        authority = authority[(authority.LastIndexOf((byte)'@') + 1)..];
        if (authority.IsEmpty) return;
        int colon = authority.LastIndexOf((byte)':');
        if (colon < 0 || authority[colon..].Contains((byte)']'))
        {
            Octets("server.address", authority);
            return;
        }

        Octets("server.address", authority[..colon]);
        if (System.Buffers.Text.Utf8Parser.TryParse(authority[(colon + 1)..], out ushort port, out _)) Number("server.port", port);
    }

    private void Header(HeaderBlock head, KnownHeader name, string attribute)
    {
        if (head.TryGet(name, out ReadOnlySpan<byte> value)) Octets(attribute, value);
    }

    private void Text(string key, string value) => OtlpWriter.Text(_span, Attributes, key, value);

    private void Octets(string key, ReadOnlySpan<byte> value) => OtlpWriter.Text(_span, Attributes, key, Cut(value));

    private void Number(string key, long value) => OtlpWriter.Number(_span, Attributes, key, value);
}
