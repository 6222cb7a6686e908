using Linkerd.Kubernetes.Models;

namespace Linkerd.Local.Runtime;

/// <summary>Repeats one probe with its thresholds until the container ends.</summary>
internal sealed class ProbeLoop(Probe probe, Func<CancellationToken, Task<string?>> ask, Action<bool, string?> decided)
{
    private const int DefaultPeriodSeconds = 10;
    private const int DefaultFailureThreshold = 3;

    /// <summary>A readiness probe that has not answered yet is asked more often, so that start-up is not quantised to its period.</summary>
    private static readonly TimeSpan EagerPeriod = TimeSpan.FromMilliseconds(250);

    /// <summary>Runs; <paramref name="eager"/> shortens the period until the first success.</summary>
    /// <param name="eager">Whether to ask more often than the period until the first success.</param>
    /// <param name="untilSuccess">Whether to stop at the first success (startup probes).</param>
    /// <param name="cancel">Ends the loop.</param>
    public async Task RunAsync(bool eager, bool untilSuccess, CancellationToken cancel)
    {
        var period = TimeSpan.FromSeconds(Math.Max(probe.PeriodSeconds ?? DefaultPeriodSeconds, 1));
        var begin = Environment.TickCount64;
        var delay = TimeSpan.FromSeconds(Math.Max(probe.InitialDelaySeconds ?? 0, 0));
        if (!eager)
            await Task.Delay(delay, cancel);
        int good = 0, bad = 0;
        var succeeded = false;
        while (true)
        {
            // Before its initial delay a failure means nothing, but a success does.
            var early = eager && !succeeded && TimeSpan.FromMilliseconds(Environment.TickCount64 - begin) < delay + period;
            var fault = await ask(cancel);
            if (fault is null)
            {
                bad = 0;
                if (++good >= Math.Max(probe.SuccessThreshold ?? 1, 1))
                {
                    succeeded = true;
                    decided(true, null);
                    if (untilSuccess)
                        return;
                }
            }
            else if (!early)
            {
                good = 0;
                if (++bad >= Math.Max(probe.FailureThreshold ?? DefaultFailureThreshold, 1))
                    decided(false, fault);
            }

            await Task.Delay(early && fault is not null ? EagerPeriod : period, cancel);
        }
    }
}
