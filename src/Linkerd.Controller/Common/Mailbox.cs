namespace Linkerd.Controller.Common;

/// <summary>
/// What waits to be sent on one stream: the newest state only, since it replaces the ones before. A reader that takes nothing
/// while <see cref="Capacity"/> states come is given up, as a queue of that length would have been.
/// </summary>
internal sealed class Mailbox<T>(Action? onOverflow = null)
    where T : class
{
    /// <summary>States that may come unread before the stream is given up.</summary>
    public const int Capacity = 100;

    private readonly Lock _lock = new();
    private TaskCompletionSource _signal = NewSignal();
    private T? _latest;
    private int _unread;
    private Exception? _closed;

    /// <summary>Replaces what waits.</summary>
    public void Offer(T state)
    {
        lock (_lock)
        {
            if (_closed is not null)
                return;
            _latest = state;
            if (++_unread > Capacity)
            {
                _closed = new StreamOverflowException();
                onOverflow?.Invoke();
            }

            _signal.TrySetResult();
        }
    }

    /// <summary>Ends the stream: what waits is still read, then <see cref="ReadAsync"/> throws.</summary>
    public void Close(Exception reason)
    {
        lock (_lock)
        {
            _closed ??= reason;
            _signal.TrySetResult();
        }
    }

    /// <summary>Waits for the next state.</summary>
    /// <exception cref="StreamOverflowException">The reader was too slow.</exception>
    public async ValueTask<T> ReadAsync(CancellationToken cancel)
    {
        while (true)
        {
            Task signal;
            lock (_lock)
            {
                if (_closed is StreamOverflowException)
                    throw _closed;
                if (_latest is { } state)
                {
                    _latest = null;
                    _unread = 0;
                    return state;
                }

                if (_closed is not null)
                    throw _closed;
                if (_signal.Task.IsCompleted)
                    _signal = NewSignal();
                signal = _signal.Task;
            }

            await signal.WaitAsync(cancel);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
