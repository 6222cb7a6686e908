using Linkerd.Net;

namespace Linkerd.Proxy.Control;

/// <summary>
/// Streams of the control plane by key, shared by the workers: one stream per key, however many workers want it. A stream
/// begins with its first subscriber and ends when there was none for the idle time, unless what it knows could not be asked for again. Values are posted to each subscriber's loop: the first at
/// once, and of those that follow within <see cref="Pace"/> of it only the last, so that a control plane cannot keep the workers busy.
/// </summary>
/// <typeparam name="TKey">What is watched.</typeparam>
/// <typeparam name="TValue">Immutable snapshots.</typeparam>
public sealed class WatchTable<TKey, TValue>
    where TKey : notnull
    where TValue : class
{
    /// <summary>The shortest time between two values.</summary>
    public static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(20);

    private readonly Dictionary<TKey, Entry> _entries = [];
    private readonly EventLoop _loop;
    private readonly TimeSpan _idle;
    private readonly Func<TKey, Action<TValue>, CancellationToken, Task> _run;
    private readonly Func<bool>? _canAsk;

    /// <param name="loop">The control loop.</param>
    /// <param name="idle">How long a stream is kept without subscribers.</param>
    /// <param name="run">Runs the stream of a key, with reconnects, until cancelled; publishes on the control loop.</param>
    /// <param name="canAsk">
    /// Who knows can be reached now, so that an idle key may be forgotten. While not, every key that has a value keeps it: whoever comes back to it is not to
    /// suffer from a control plane that is away. No key gets its first value meanwhile, so this cannot grow. Null: always.
    /// </param>
    public WatchTable(EventLoop loop, TimeSpan idle, Func<TKey, Action<TValue>, CancellationToken, Task> run, Func<bool>? canAsk = null)
    {
        _canAsk = canAsk;
        _loop = loop;
        _idle = idle;
        _run = run;
    }

    /// <summary>Streams that run. On the control loop.</summary>
    public int Count => _entries.Count;

    /// <summary>Calls <paramref name="observer"/> on <paramref name="loop"/> with the latest value and every later one, until the result is disposed (on that loop).</summary>
    public IDisposable Subscribe(TKey key, EventLoop loop, Action<TValue> observer)
    {
        var subscription = new Subscription(this, key, loop, observer);
        _loop.Post(static state => ((Subscription)state!).Join(), subscription);
        return subscription;
    }

    private Entry GetEntry(TKey key)
    {
        if (_entries.TryGetValue(key, out Entry? known)) return known;
        var entry = new Entry(this, key);
        _entries.Add(key, entry);
        entry.Begin();
        return entry;
    }

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "Disposed when the entry is evicted.")]
    private sealed class Entry
    {
        private readonly WatchTable<TKey, TValue> _table;
        private readonly TKey _key;
        private readonly CancellationTokenSource _cancellation = new();
        private readonly LoopTimer _idle;
        private readonly List<Subscription> _subscriptions = [];
        private readonly LoopTimer _pace;
        private TValue? _current;
        private bool _held;

        public Entry(WatchTable<TKey, TValue> table, TKey key)
        {
            _table = table;
            _key = key;
            _idle = new LoopTimer(table._loop, static self => ((Entry)self!).Evict(), this);
            _pace = new LoopTimer(table._loop, static self => ((Entry)self!).Release(), this);
        }

        public void Begin() => _ = _table._run(_key, Publish, _cancellation.Token);

        public void Add(Subscription subscription)
        {
            _idle.Stop();
            _subscriptions.Add(subscription);
            if (_current is { } current) subscription.Send(current);
        }

        public void Remove(Subscription subscription)
        {
            if (_subscriptions.Remove(subscription) && _subscriptions.Count == 0) _idle.Start(_table._idle);
        }

        private void Publish(TValue value)
        {
            _current = value;
            if (_pace.IsRunning) _held = true;
            else Send(value);
        }

        private void Release()
        {
            if (!_held) return;
            _held = false;
            Send(_current!);
        }

        private void Send(TValue value)
        {
            _pace.Start(Pace);
            foreach (Subscription subscription in _subscriptions) subscription.Send(value);
        }

        private void Evict()
        {
            if (_current is not null && _table._canAsk?.Invoke() == false)
            {
                _idle.Start(_table._idle);
                return;
            }

            _pace.Stop();
            _table._entries.Remove(_key);
            _cancellation.Cancel();
            _cancellation.Dispose();
        }
    }

    private sealed class Subscription(WatchTable<TKey, TValue> table, TKey key, EventLoop loop, Action<TValue> observer) : IDisposable
    {
        private Entry? _entry;
        private bool _left;

        public void Join()
        {
            if (Volatile.Read(ref _left)) return;
            _entry = table.GetEntry(key);
            _entry.Add(this);
        }

        public void Send(TValue value) => loop.Post(
            static state =>
            {
                (Subscription self, TValue sent) = ((Subscription, TValue))state!;
                if (!self._left) self.Tell(sent);
            },
            (this, value));

        public void Dispose()
        {
            if (_left) return;
            Volatile.Write(ref _left, true);
            table._loop.Post(static state => ((Subscription)state!).Leave(), this);
        }

        private void Leave() => _entry?.Remove(this);

        private void Tell(TValue value) => observer(value);
    }
}
