namespace Linkerd.Model;

/// <summary>
/// The latest value of something that changes, and who wants to hear of it. Values are immutable; a reader sees one
/// whole value. Any thread may publish and read; observers run on the publisher's thread, one publication after another.
/// </summary>
public sealed class Watch<T>
    where T : class
{
    private readonly Lock _gate = new();
    private List<Action<T>> _observers = [];
    private volatile T? _current;
    private long _version;

    /// <summary>An empty watch: no value was published yet.</summary>
    public Watch()
    {
    }

    /// <summary>A watch that starts with a value.</summary>
    public Watch(T initial)
    {
        _current = initial;
        _version = 1;
    }

    /// <summary>The latest value; null until the first.</summary>
    public T? Current => _current;

    /// <summary>Counts publications; 0 until the first.</summary>
    public long Version => Volatile.Read(ref _version);

    /// <summary>Replaces the value and tells the observers.</summary>
    public void Publish(T value)
    {
        ArgumentNullException.ThrowIfNull(value);
        lock (_gate)
        {
            _current = value;
            _version++;
            foreach (Action<T> observer in _observers) observer(value);
        }
    }

    /// <summary>As <see cref="Publish"/>, unless the value equals the current one. Returns whether it was published.</summary>
    public bool PublishIfChanged(T value)
    {
        lock (_gate)
        {
            if (_current is { } current && EqualityComparer<T>.Default.Equals(current, value)) return false;
            Publish(value);
            return true;
        }
    }

    /// <summary>Calls <paramref name="observer"/> with the current value, if any, and with every later one, until disposed.</summary>
    public IDisposable Subscribe(Action<T> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        lock (_gate)
        {
            // Copied on write, so that an observer may subscribe or leave while it is being told.
            _observers = [.. _observers, observer];
            if (_current is { } current) observer(current);
        }

        return new Subscription(this, observer);
    }

    private void Remove(Action<T> observer)
    {
        lock (_gate)
        {
            var rest = new List<Action<T>>(_observers);
            rest.Remove(observer);
            _observers = rest;
        }
    }

    private sealed class Subscription(Watch<T> owner, Action<T> observer) : IDisposable
    {
        private Action<T>? _observer = observer;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _observer, null) is { } gone) owner.Remove(gone);
        }
    }
}
