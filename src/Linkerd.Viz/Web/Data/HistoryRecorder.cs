using Linkerd.Stats;
using Microsoft.Extensions.Logging;

namespace Linkerd.Viz.Web.Data;

/// <summary>Takes a snapshot of the last minute every ten seconds, so that the overview is there when it is asked for, and keeps it for the sparklines.</summary>
internal sealed partial class HistoryRecorder(SnapshotCache snapshots, History history, TimeProvider time, ILogger log)
{
    /// <summary>The window of what is kept, and of the overview.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan s_pace = TimeSpan.FromSeconds(10);

    /// <summary>Runs until cancelled; a source that does not answer leaves a gap.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(s_pace, time);
        var failing = false;
        try
        {
            do
            {
                try
                {
                    history.Add(await snapshots.GetAsync(Window, cancel));
                    failing = false;
                }
                catch (MetricsSourceException e)
                {
                    // Said once, not every ten seconds.
                    if (!failing)
                        Failed(log, e.Message);
                    failing = true;
                }
            }
            while (await timer.WaitForNextTickAsync(cancel));
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // As asked.
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "no metrics: {Reason}")]
    private static partial void Failed(ILogger log, string reason);
}
