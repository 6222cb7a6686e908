namespace Linkerd.Controller.Policy.Index;

/// <summary>One client's interest in a state, told only of what is new.</summary>
internal sealed class Watch<TKey, TState>(TKey key, Action<TState> listener, IEqualityComparer<TState>? comparer = null)
    where TState : class
{
    private readonly IEqualityComparer<TState> _comparer = comparer ?? EqualityComparer<TState>.Default;
    private TState? _last;

    public TKey Key { get; } = key;

    public void Publish(TState state)
    {
        if (_last is not null && _comparer.Equals(state, _last))
            return;
        _last = state;
        listener(state);
    }
}
