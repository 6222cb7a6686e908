namespace Linkerd.Components;

/// <summary>Waiting for the end.</summary>
internal static class Waiting
{
    /// <summary>Completes, without an exception, when the token is cancelled.</summary>
    public static Task UntilAsync(CancellationToken cancel)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        cancel.Register(done.SetResult);
        return done.Task;
    }
}
