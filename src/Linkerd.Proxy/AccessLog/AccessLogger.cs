using System.Buffers;
using Linkerd.Net;
using Linkerd.Proxy.Config;
using Linkerd.Proxy.Stack;
using Linkerd.Telemetry;

namespace Linkerd.Proxy.AccessLog;

/// <summary>
/// One worker's access log: lines are formatted into a chunk, which goes to the writer when it is full or 100 ms old. Entries are pooled: a logged
/// request allocates nothing in the steady state. Used on the loop only.
/// </summary>
internal sealed class AccessLogger
{
    private const int ChunkSize = 16 * 1024;
    private const int MaxPooled = 1024;
    private static readonly TimeSpan s_delay = TimeSpan.FromMilliseconds(100);

    private readonly Stack<AccessLogEntry> _free = new();
    private readonly AccessLogWriter _writer;
    private readonly AccessLogFormat _format;
    private readonly TimeProvider _time;
    private readonly LoopTimer _timer;
    private readonly Cell _dropped;
    private byte[] _chunk = [];
    private int _length;
    private int _lines;

    public AccessLogger(AccessLogWriter writer, AccessLogFormat format, TimeProvider time, EventLoop loop, Cell dropped)
    {
        _writer = writer;
        _format = format;
        _time = time;
        _dropped = dropped;
        _timer = new LoopTimer(loop, static self => ((AccessLogger)self!).Flush(), this);
    }

    /// <summary>Notes a request whose head has just arrived.</summary>
    public AccessLogEntry Begin(HttpExchange exchange)
    {
        AccessLogEntry entry = _free.TryPop(out AccessLogEntry? pooled) ? pooled : new AccessLogEntry();
        entry.Begin(exchange.Request, exchange.Peer, _time.GetUtcNow());
        return entry;
    }

    /// <summary>Writes the entry's line and takes the entry back.</summary>
    public void End(AccessLogEntry entry)
    {
        if (!entry.IsDone) entry.OnGone();
        int most = entry.MaxLineLength;
        if (_chunk.Length - _length < most)
        {
            Flush();
            _chunk = ArrayPool<byte>.Shared.Rent(Math.Max(ChunkSize, most));
        }

        _length += entry.Format(_format, _chunk.AsSpan(_length));
        _lines++;
        if (_free.Count < MaxPooled) _free.Push(entry);
        if (!_timer.IsRunning) _timer.Start(s_delay);
    }

    /// <summary>Hands over what there is.</summary>
    public void Flush()
    {
        _timer.Stop();
        if (_length > 0 && !_writer.TryWrite(_chunk, _length)) _dropped.Add(_lines);
        else if (_length == 0 && _chunk.Length > 0) ArrayPool<byte>.Shared.Return(_chunk);
        _chunk = [];
        _length = 0;
        _lines = 0;
    }
}
