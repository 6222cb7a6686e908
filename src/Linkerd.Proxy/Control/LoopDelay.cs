using Linkerd.Net;

namespace Linkerd.Proxy.Control;

/// <summary>Waiting on a loop.</summary>
internal static class LoopDelay
{
    /// <summary>Ends after <paramref name="delay"/>, or at once when cancelled. Never throws.</summary>
    public static Task WaitAsync(EventLoop loop, TimeSpan delay, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested) return Task.CompletedTask;
        var done = new TaskCompletionSource();
        var timer = new LoopTimer(loop, static state => ((TaskCompletionSource)state!).TrySetResult(), done);
        timer.Start(delay);
        if (cancellation.CanBeCanceled)
        {
            cancellation.Register(() =>
            {
                timer.Stop();
                done.TrySetResult();
            }, useSynchronizationContext: true);
        }

        return done.Task;
    }
}
