namespace Linkerd.Telemetry;

/// <summary>
/// Lines of a log for one reader who asked for them, as JSON, by a filter of its own. What the reader does not take in time is dropped
/// and counted. Any thread writes, one reads.
/// </summary>
public sealed class LogStream : IDisposable
{
    /// <summary>Lines that may wait for the reader.</summary>
    public const int Capacity = 1024;

    private readonly LogSink _sink;
    private readonly Action _written;
    private readonly Queue<byte[]> _lines = new();

    internal LogStream(LogSink sink, LogFilter filter, Action written)
    {
        _sink = sink;
        Filter = filter;
        _written = written;
    }

    public LogFilter Filter { get; }

    /// <summary>Takes the next line, with its line feed; false when there is none.</summary>
    /// <param name="line">The line.</param>
    /// <param name="dropped">Lines lost since the last call.</param>
    public bool TryTake(out byte[] line, out int dropped)
    {
        lock (_lines)
        {
            dropped = Dropped;
            Dropped = 0;
            if (_lines.TryDequeue(out byte[]? next))
            {
                line = next;
                return true;
            }
        }

        line = [];
        return false;
    }

    /// <summary>No more lines come.</summary>
    public void Dispose() => _sink.Remove(this);

    private int Dropped { get; set; }

    internal void Add(ReadOnlySpan<byte> line)
    {
        lock (_lines)
        {
            if (_lines.Count >= Capacity)
            {
                Dropped++;
                return;
            }

            _lines.Enqueue(line.ToArray());
            if (_lines.Count > 1) return;
        }

        _written();
    }
}
