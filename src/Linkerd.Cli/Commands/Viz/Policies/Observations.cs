using System.Diagnostics.CodeAnalysis;
using Linkerd.Cli.Commands.Viz.Tap;
using Linkerd.Kubernetes;
using Linkerd.Stats.Reports;

namespace Linkerd.Cli.Commands.Viz.Policies;

/// <summary>What was asked of a workload while it was looked at, added up. Bounded.</summary>
internal sealed class Observations
{
    /// <summary>Most kinds of requests that are kept apart; of more, only their number is known.</summary>
    public const int MaxKinds = 10_000;

    private readonly Dictionary<ObservedRequest, long> _counts = [];

    /// <summary>Kinds of requests with how often each was seen.</summary>
    public IReadOnlyDictionary<ObservedRequest, long> Counts => _counts;

    /// <summary>Requests of kinds beyond <see cref="MaxKinds"/>.</summary>
    public long Surplus { get; private set; }

    /// <summary>All requests that were kept.</summary>
    public long Total => _counts.Values.Sum();

    /// <summary>Counts a request.</summary>
    public void Add(ObservedRequest request)
    {
        if (_counts.Count >= MaxKinds && !_counts.ContainsKey(request))
            Surplus++;
        else
            _counts[request] = _counts.GetValueOrDefault(request) + 1;
    }

    /// <summary>Looks at a workload for a time.</summary>
    /// <exception cref="CliException">The tap is refused, or is not to be had.</exception>
    [SuppressMessage("Reliability", "CA2016", Justification = "The tap ends with the time; whoever cancels the command cancels that too.")]
    public static async Task<Observations> ReadAsync(KubernetesClient client, ResourceRef target, TimeSpan duration, float maxRps, CancellationToken cancel)
    {
        var seen = new Observations();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        end.CancelAfter(duration);
        try
        {
            await foreach (var tap in TapClient.RunAsync(client, TapFilters.For(target, maxRps, headers: false), end.Token))
            {
                if (ObservedRequest.Of(tap) is { } request)
                    seen.Add(request);
            }
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // The time is up.
        }

        return seen;
    }
}
