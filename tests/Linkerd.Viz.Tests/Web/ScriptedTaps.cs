using System.Runtime.CompilerServices;
using Linkerd.Api.VizTap;
using Linkerd.Kubernetes;
using Linkerd.Viz.Web.Tapping;

namespace Linkerd.Viz.Tests.Web;

/// <summary>A tap server that sends what it was given, and then nothing until it is left.</summary>
internal sealed class ScriptedTaps(params TapEvent[] events) : ITapSource
{
    public List<TapByResourceRequest> Requests { get; } = [];

    /// <summary>What to fail with instead.</summary>
    public KubernetesException? Failure { get; init; }

    /// <summary>Completes when the watcher has gone.</summary>
    public TaskCompletionSource Left { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public async IAsyncEnumerable<TapEvent> WatchAsync(TapByResourceRequest request, [EnumeratorCancellation] CancellationToken cancel)
    {
        lock (Requests)
            Requests.Add(request);
        if (Failure is not null)
            throw Failure;
        foreach (var value in events)
            yield return value;
        try
        {
            await Task.Delay(Timeout.Infinite, cancel);
        }
        finally
        {
            Left.TrySetResult();
        }
    }
}
