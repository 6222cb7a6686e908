namespace Linkerd.Net;

/// <summary>Brings continuations back to their event loop.</summary>
internal sealed class LoopSynchronizationContext(EventLoop loop) : SynchronizationContext
{
    public override void Post(SendOrPostCallback d, object? state)
    {
        // SendOrPostCallback and Action<object?> differ in type only; wrapping allocates, which is fine where code really waited.
        loop.Post(new Action<object?>(d.Invoke), state);
    }

    public override void Send(SendOrPostCallback d, object? state)
    {
        if (EventLoop.Current == loop)
        {
            d(state);
            return;
        }

        using var done = new ManualResetEventSlim();
        loop.Post(() =>
        {
            try
            {
                d(state);
            }
            finally
            {
                done.Set();
            }
        });
        done.Wait();
    }

    public override SynchronizationContext CreateCopy() => this;
}
