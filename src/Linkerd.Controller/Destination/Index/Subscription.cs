namespace Linkerd.Controller.Destination.Index;

/// <summary>Ends a client's interest when disposed.</summary>
internal sealed class Subscription(Action end) : IDisposable
{
    private Action? _end = end;

    public void Dispose() => Interlocked.Exchange(ref _end, null)?.Invoke();
}
