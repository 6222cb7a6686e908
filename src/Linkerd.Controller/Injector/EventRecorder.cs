using System.Threading.Channels;
using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;
using Microsoft.Extensions.Logging;

namespace Linkerd.Controller.Injector;

/// <summary>
/// Writes events on workloads, in the background and in order. An admission never waits for one; when there are more than
/// can be written, the surplus is dropped.
/// </summary>
internal sealed partial class EventRecorder(KubernetesClient client, ILogger log, TimeProvider time)
{
    private const string Component = "linkerd-proxy-injector";
    private const int MaxSeries = 1000;

    private static readonly TimeSpan SeriesLength = TimeSpan.FromMinutes(10);

    private readonly Channel<(string Namespace, WorkloadOwner Owner, string Reason, string Message)> _queue =
        Channel.CreateBounded<(string, WorkloadOwner, string, string)>(new BoundedChannelOptions(256) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    private readonly Dictionary<(string, string, string), Event> _series = [];

    /// <summary>Queues an event.</summary>
    public void Record(string ns, WorkloadOwner owner, string reason, string message) => _queue.Writer.TryWrite((ns, owner, reason, message));

    /// <summary>Writes what is queued until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        await foreach (var (ns, owner, reason, message) in _queue.Reader.ReadAllAsync(cancel))
        {
            try
            {
                await WriteAsync(ns, owner, reason, message, cancel);
            }
            catch (KubernetesException e)
            {
                NotWritten(log, owner.Kind, owner.Name, e.Message);
            }
        }
    }

    /// <summary>The same event again within ten minutes raises the count of the first, as kubectl describe shows it.</summary>
    private async Task WriteAsync(string ns, WorkloadOwner owner, string reason, string message, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        var key = (owner.Uid, reason, message);
        var events = client.Resource(Resources.Events, ns);
        if (_series.TryGetValue(key, out var earlier) && now - earlier.FirstTimestamp < SeriesLength)
        {
            earlier.Count++;
            var patch = $"{{\"count\":{earlier.Count},\"lastTimestamp\":\"{now:yyyy-MM-dd'T'HH:mm:ss'Z'}\"}}";
            await events.PatchAsync(earlier.Metadata.Name!, Patch.Merge(System.Text.Json.Nodes.JsonNode.Parse(patch)!.AsObject()), cancel: cancel);
            return;
        }
        if (_series.Count >= MaxSeries)
            _series.Clear();
        _series[key] = await events.CreateAsync(NewEvent(ns, owner, reason, message, now), cancel: cancel);
    }

    private static Event NewEvent(string ns, WorkloadOwner owner, string reason, string message, DateTimeOffset now) => new()
    {
        Metadata = new ObjectMeta { Name = $"{owner.Name}.{now.Ticks:x}", Namespace = ns },
        InvolvedObject = new ObjectReference { ApiVersion = owner.ApiVersion, Kind = owner.Kind, Name = owner.Name, Namespace = ns, Uid = owner.Uid },
        Reason = reason,
        Message = message,
        Type = "Normal",
        Source = new EventSource { Component = Component },
        ReportingComponent = Component,
        FirstTimestamp = now,
        LastTimestamp = now,
        Count = 1,
    };

    [LoggerMessage(1, LogLevel.Warning, "event on {Kind} {Name} not written: {Reason}")]
    private static partial void NotWritten(ILogger log, string kind, string name, string reason);
}
