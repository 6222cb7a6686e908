using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;
using Linkerd.Local.Cluster;

namespace Linkerd.Local.Runtime;

/// <summary>Writes Kubernetes events; the same event again raises the count of the first.</summary>
internal sealed class EventRecorder(KubernetesClient client, NodeLog log, string component, TimeProvider clock)
{
    /// <summary>Events remembered for counting; older ones start again at 1.</summary>
    private const int MaxRemembered = 2_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Uid, string Reason, string Message), (string Name, int Count, DateTimeOffset First)> _seen = [];

    /// <summary>Records without waiting; a lost event is logged.</summary>
    public void Record(string kind, string apiVersion, ObjectMeta about, string type, string reason, string message, string? fieldPath = null) =>
        _ = RecordAsync(new ObjectReference
        {
            ApiVersion = apiVersion, Kind = kind, Namespace = about.Namespace, Name = about.Name, Uid = about.Uid, FieldPath = fieldPath,
        }, type, reason, message);

    private async Task RecordAsync(ObjectReference about, string type, string reason, string message)
    {
        try
        {
            var now = clock.GetUtcNow();
            now = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerSecond));
            var (name, count, first) = Count(about, reason, message, now);
            var events = client.Resource(Resources.Events, about.Namespace ?? "default");
            if (count > 1)
            {
                var patch = new System.Text.Json.Nodes.JsonObject { ["count"] = count, ["lastTimestamp"] = now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'") };
                await events.PatchAsync(name, Patch.Merge(patch));
                return;
            }

            await events.CreateAsync(new Event
            {
                Metadata = new ObjectMeta { Name = name, Namespace = about.Namespace ?? "default" },
                InvolvedObject = about,
                Type = type,
                Reason = reason,
                Message = message,
                Count = 1,
                FirstTimestamp = first,
                LastTimestamp = now,
                Source = new EventSource { Component = component, Host = NodeContext.NodeName },
                ReportingComponent = component,
                ReportingInstance = NodeContext.NodeName,
            });
        }
        catch (Exception e) when (e is KubernetesException or OperationCanceledException or ObjectDisposedException)
        {
            log.Failure("events", e);
        }
    }

    private (string Name, int Count, DateTimeOffset First) Count(ObjectReference about, string reason, string message, DateTimeOffset now)
    {
        lock (_lock)
        {
            if (_seen.Count >= MaxRemembered)
                _seen.Clear();
            var key = (about.Uid ?? about.Name ?? "", reason, message);
            var entry = _seen.TryGetValue(key, out var known) ? known with { Count = known.Count + 1 } : ($"{about.Name}.{Guid.NewGuid():N}"[..Math.Min((about.Name?.Length ?? 0) + 17, 250)], 1, now);
            _seen[key] = entry;
            return entry;
        }
    }
}
