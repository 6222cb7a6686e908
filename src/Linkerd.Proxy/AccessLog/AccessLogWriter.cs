using System.Buffers;
using System.Collections.Concurrent;

namespace Linkerd.Proxy.AccessLog;

/// <summary>
/// Writes access-log lines to a stream, on a thread of its own: a reader that blocks holds up this thread and no loop. What waits is bounded; more
/// is dropped.
/// </summary>
public sealed class AccessLogWriter : IDisposable
{
    /// <summary>Bytes of lines that wait to be written at most.</summary>
    public const int MaxWaiting = 4 * 1024 * 1024;

    private static readonly TimeSpan s_drain = TimeSpan.FromSeconds(1);

    private readonly BlockingCollection<(byte[] Bytes, int Length)> _queue = [];
    private readonly Stream _output;
    private readonly Thread _thread;
    private long _waiting;

    public AccessLogWriter(Stream output)
    {
        _output = output;
        _thread = new Thread(Run) { Name = "access-log", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Takes lines over, in an array of the shared pool. False when they were dropped. Any thread; never waits.</summary>
    public bool TryWrite(byte[] bytes, int length)
    {
        if (Interlocked.Add(ref _waiting, length) <= MaxWaiting && !_queue.IsAddingCompleted)
        {
            _queue.Add((bytes, length));
            return true;
        }

        Interlocked.Add(ref _waiting, -length);
        ArrayPool<byte>.Shared.Return(bytes);
        return false;
    }

    /// <summary>Writes what waits, for a second at most.</summary>
    public void Dispose()
    {
        _queue.CompleteAdding();
        if (_thread.Join(s_drain)) _queue.Dispose();
    }

    private void Run()
    {
        foreach ((byte[] bytes, int length) in _queue.GetConsumingEnumerable())
        {
            try
            {
                _output.Write(bytes, 0, length);
                _output.Flush();
            }
            catch (IOException)
            {
                // Nobody reads the log any more; the proxy goes on.
            }

            Interlocked.Add(ref _waiting, -length);
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }
}
