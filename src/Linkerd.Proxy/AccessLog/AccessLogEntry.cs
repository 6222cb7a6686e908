using System.Diagnostics;
using Linkerd.Http;
using Linkerd.Net;
using Linkerd.Proxy.Config;
using Linkerd.Proxy.Stack;

namespace Linkerd.Proxy.AccessLog;

/// <summary>What is logged of one request. The parts of its head are copied when it arrives: it is edited on its way, and may be gone at the end.</summary>
internal sealed class AccessLogEntry
{
    /// <summary>A text longer than this is cut.</summary>
    public const int MaxText = 2048;

    private const int Texts = 7;
    private const int Fixed = 512;

    private readonly int[] _ends = new int[Texts];
    private byte[] _texts = new byte[512];
    private int _used;
    private int _count;
    private SocketAddress _client;
    private string _clientId = "-";
    private DateTime _timestamp;
    private long _began;
    private int _status;
    private long _responseBytes;
    private long _total;
    private long _processing;

    /// <summary>A line of this entry is never longer: every byte may be escaped as six.</summary>
    public int MaxLineLength => Fixed + ((_used + _clientId.Length) * 6);

    /// <summary>It has been logged: nothing more is noted.</summary>
    public bool IsDone { get; private set; }

    public void Begin(HeaderBlock head, HttpPeer peer, DateTimeOffset now)
    {
        _used = _count = _status = 0;
        _responseBytes = -1;
        _total = _processing = 0;
        IsDone = false;
        _began = Stopwatch.GetTimestamp();
        _timestamp = now.UtcDateTime;
        _client = peer.Accepted.Client.Unmap();
        _clientId = peer.Tls.Client?.Name ?? "-";
        Keep(head.Method);
        Keep(Version(head));
        Keep(TraceId(head));
        Keep(head.TryGet(KnownHeader.ContentLength, out ReadOnlySpan<byte> length) ? length : default);
        Keep(head.TryGet(KnownHeader.UserAgent, out ReadOnlySpan<byte> agent) ? agent : default);
        Keep(head.Authority);
        Keep(head.Path);
        IsHttps = head.Scheme.SequenceEqual("https"u8);
    }

    private bool IsHttps { get; set; }

    /// <summary>The proxy has done what it does before the application is asked.</summary>
    public void OnForwarded()
    {
        if (_processing == 0) _processing = Elapsed();
    }

    /// <summary>The response's head is sent.</summary>
    public void OnResponse(HeaderBlock response)
    {
        if (IsDone) return;
        _status = response.Status;
        _responseBytes = response.ContentLength;
        _total = Elapsed();
        if (_processing == 0) _processing = _total;
        IsDone = true;
    }

    /// <summary>The client left before there was a response.</summary>
    public void OnGone()
    {
        _total = Elapsed();
        if (_processing == 0) _processing = _total;
        IsDone = true;
    }

    /// <summary>Writes the line, its end included.</summary>
    public int Format(AccessLogFormat format, Span<byte> line)
    {
        var writer = new LineWriter(line);
        if (format == AccessLogFormat.Json) Json(ref writer);
        else Apache(ref writer);
        return writer.Length;
    }

    private static ReadOnlySpan<byte> Version(HeaderBlock head)
    {
        // HTTP/1 travels as HTTP/2 between meshed proxies: what the client spoke is meant.
        if (head.TryGet(KnownHeader.L5dOrigProto, out ReadOnlySpan<byte> original)) return original.StartsWith("HTTP/1.0"u8) ? "HTTP/1.0"u8 : "HTTP/1.1"u8;
        return head.Protocol switch
        {
            HttpProtocol.Http2 => "HTTP/2.0"u8,
            HttpProtocol.Http10 => "HTTP/1.0"u8,
            _ => "HTTP/1.1"u8,
        };
    }

    private static ReadOnlySpan<byte> TraceId(HeaderBlock head)
    {
        if (head.TryGet(KnownHeader.XB3Traceid, out ReadOnlySpan<byte> id)) return id;
        if (head.TryGet(KnownHeader.XRequestId, out id)) return id;
        if (head.TryGet("x-amzn-trace-id"u8, out id)) return id;
        return head.TryGet(KnownHeader.Traceparent, out id) && id.Length >= 35 ? id[3..35] : default;
    }

    private long Elapsed() => (long)Stopwatch.GetElapsedTime(_began).TotalNanoseconds;

    private void Keep(ReadOnlySpan<byte> text)
    {
        if (text.Length > MaxText) text = text[..MaxText];
        if (_texts.Length - _used < text.Length) Array.Resize(ref _texts, Math.Max(_texts.Length * 2, _used + text.Length));
        text.CopyTo(_texts.AsSpan(_used));
        _used += text.Length;
        _ends[_count++] = _used;
    }

    private ReadOnlySpan<byte> Text(int index) => _texts.AsSpan(index == 0 ? 0 : _ends[index - 1], _ends[index] - (index == 0 ? 0 : _ends[index - 1]));

    // Common log format: client, identity, no user, time, request line, status.
    private void Apache(ref LineWriter line)
    {
        line.Address(_client);
        line.Raw(" "u8);
        line.Escaped(_clientId);
        line.Raw(" - ["u8);
        line.Timestamp(_timestamp);
        line.Raw("] \""u8);
        line.Escaped(Text(0), json: false);
        line.Raw(" "u8);
        Uri(ref line, json: false);
        line.Raw(" "u8);
        line.Raw(Text(1));
        line.Raw("\" "u8);
        if (_status > 0) line.Number(_status);
        else line.Raw("-"u8);
        line.Raw("\n"u8);
    }

    private void Json(ref LineWriter line)
    {
        line.Raw("{\"client.addr\":\""u8);
        line.Address(_client);
        line.Raw("\",\"client.id\":\""u8);
        line.Escaped(_clientId);
        line.Raw("\",\"host\":\""u8);
        line.Escaped(Text(5), json: true);
        line.Raw("\",\"method\":\""u8);
        line.Escaped(Text(0), json: true);
        line.Raw("\",\"processing_ns\":\""u8);
        line.Number(_processing);
        line.Raw("\",\"request_bytes\":\""u8);
        line.Escaped(Text(3), json: true);
        line.Raw("\""u8);
        if (_responseBytes >= 0)
        {
            line.Raw(",\"response_bytes\":\""u8);
            line.Number(_responseBytes);
            line.Raw("\""u8);
        }

        if (_status > 0)
        {
            line.Raw(",\"status\":"u8);
            line.Number(_status);
        }

        line.Raw(",\"timestamp\":\""u8);
        line.Timestamp(_timestamp);
        line.Raw("\",\"total_ns\":\""u8);
        line.Number(_total);
        line.Raw("\",\"trace_id\":\""u8);
        line.Escaped(Text(2), json: true);
        line.Raw("\",\"uri\":\""u8);
        Uri(ref line, json: true);
        line.Raw("\",\"user_agent\":\""u8);
        line.Escaped(Text(4), json: true);
        line.Raw("\",\"version\":\""u8);
        line.Raw(Text(1));
        line.Raw("\"}\n"u8);
    }

    private void Uri(ref LineWriter line, bool json)
    {
        if (!Text(5).IsEmpty)
        {
            line.Raw(IsHttps ? "https://"u8 : "http://"u8);
            line.Escaped(Text(5), json);
        }

        line.Escaped(Text(6), json);
    }
}
