namespace Linkerd.Net;

/// <summary>An event loop on a thread of its own.</summary>
public sealed class EventLoopThread : IDisposable
{
    private readonly Thread _thread;

    /// <summary>Starts the thread.</summary>
    public EventLoopThread(EventLoop loop)
    {
        ArgumentNullException.ThrowIfNull(loop);
        Loop = loop;
        _thread = new Thread(loop.Run) { IsBackground = true, Name = loop.Name };
        _thread.Start();
    }

    public EventLoop Loop { get; }

    /// <summary>Starts a new loop on a new thread.</summary>
    public static EventLoopThread Start(string name) => new(EventLoop.Create(new EventLoopOptions { Name = name }));

    /// <summary>Runs <paramref name="work"/> on the loop; the task ends with its result.</summary>
    public Task<T> InvokeAsync<T>(Func<T> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Loop.Post(() =>
        {
            try
            {
                done.SetResult(work());
            }
            catch (Exception exception)
            {
                done.SetException(exception);
            }
        });
        return done.Task;
    }

    /// <inheritdoc cref="InvokeAsync{T}(Func{T})"/>
    public Task InvokeAsync(Action work) => InvokeAsync(() =>
    {
        work();
        return true;
    });

    /// <summary>Stops the loop, waits for its thread and frees it.</summary>
    public void Dispose()
    {
        Loop.Stop();
        if (_thread != Thread.CurrentThread) _thread.Join();
        Loop.Dispose();
    }
}
