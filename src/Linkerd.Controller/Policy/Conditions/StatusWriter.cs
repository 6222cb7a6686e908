using System.Globalization;
using System.Text.Json.Nodes;
using Linkerd.Controller.Policy.Index;
using Linkerd.Kubernetes;
using Microsoft.Extensions.Logging;

namespace Linkerd.Controller.Policy.Conditions;

/// <summary>Writes the statuses of policy resources; only the replica that holds the Lease does.</summary>
internal sealed partial class StatusWriter(PolicyIndex index, StatusBoard board, KubernetesClient client, TimeSpan patchTimeout, TimeProvider time, ILogger log)
{
    /// <summary>How often what is written is compared with what should be.</summary>
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    // As of when everything said what it should.
    private (long Index, long Board)? _settled;

    /// <summary>Writes until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(s_interval, time);
        do
        {
            await WriteAsync(cancel);
        }
        while (await timer.WaitForNextTickAsync(cancel));
    }

    /// <summary>Writes each status that does not say what it should; looks at none when nothing has changed since all did.</summary>
    public async Task WriteAsync(CancellationToken cancel)
    {
        // Read before the statuses are: what changes meanwhile is looked at in the next turn.
        var changes = (index.StatusChanges, board.Changes);
        if (changes == _settled)
            return;
        var written = true;
        var now = time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        foreach (var (key, wanted) in index.Statuses(now))
        {
            if (board.Change(key, wanted) is { } status)
                written &= await PatchAsync(key, status, cancel);
        }

        _settled = written ? changes : null;
    }

    private async Task<bool> PatchAsync(StatusKey key, JsonObject status, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(patchTimeout);
        try
        {
            var resources = client.Resource(ResourceType.Dynamic(key.Gvr, key.Kind, namespaced: true), key.Name.Namespace);
            board.Set(key, await resources.PatchAsync(key.Name.Name, Patch.Merge(new JsonObject { ["status"] = status }), "status", cancel: limit.Token));
            return true;
        }
        catch (Exception e) when (e is KubernetesException or OperationCanceledException && !cancel.IsCancellationRequested)
        {
            // It is tried again at the next turn.
            Failed(log, key.Kind, key.Name.ToString(), e.Message);
            return false;
        }
    }

    [LoggerMessage(65, LogLevel.Warning, "the status of {Kind} {Name} could not be written: {Reason}")]
    private static partial void Failed(ILogger log, string kind, string name, string reason);
}
