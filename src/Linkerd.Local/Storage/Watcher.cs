using System.Threading.Channels;

namespace Linkerd.Local.Storage;

/// <summary>One watch: a bounded queue that the store fills. A reader that falls behind loses its watch, never the server its memory.</summary>
internal sealed class Watcher : IDisposable
{
    private readonly ResourceStore _store;
    private readonly Channel<StoreEvent> _queue;

    internal Watcher(ResourceStore store, int capacity)
    {
        _store = store;
        _queue = Channel.CreateBounded<StoreEvent>(new BoundedChannelOptions(capacity) { SingleReader = true });
    }

    /// <summary>Events in order; completes when the queue overflowed or the store closed.</summary>
    public ChannelReader<StoreEvent> Events => _queue.Reader;

    public void Dispose() => _store.Remove(this);

    internal void Offer(StoreEvent change)
    {
        if (!_queue.Writer.TryWrite(change)) _queue.Writer.TryComplete();
    }

    internal void Close() => _queue.Writer.TryComplete();
}
