namespace Linkerd.Controller.Policy.Index;

/// <summary>One client's interest in a state, told only of what is new.</summary>
internal sealed class Watch<TKey, TState>(TKey key, Action<TState> listener)
    where TState : class
{
    private TState? _last;

    public TKey Key { get; } = key;

    public void Publish(TState state)
    {
        if (state.Equals(_last))
            return;
        _last = state;
        listener(state);
    }
}
