using System.Globalization;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Linkerd.Init.Logging;
using Linkerd.Init.Validator;
using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Init.Cni.Repair;

/// <summary>
/// Follows the meshed pods of one node. One whose network validator ended with <see cref="ValidatorCommand.NotRedirected"/>
/// has a network without the plugin's rules, which restarting its containers does not change: it is deleted, and its
/// owner makes a new one.
/// </summary>
internal sealed class RepairController : IInformerHandler<Pod>, IAsyncDisposable
{
    /// <summary>Most pods that wait to be deleted; a pod that does not fit is seen again when its status changes.</summary>
    public const int QueueCapacity = 32;

    private static readonly GroupVersionResource s_events = new("events.k8s.io", "v1", "events");
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(1);

    private readonly KubernetesClient _client;
    private readonly RepairOptions _options;
    private readonly InitLog _log;
    private readonly RepairMetrics _metrics;
    private readonly TimeProvider _clock;
    private readonly Informer<Pod> _pods;
    private readonly Channel<ObjectReference> _queue = Channel.CreateBounded<ObjectReference>(QueueCapacity);

    public RepairController(KubernetesClient client, RepairOptions options, InitLog log, RepairMetrics metrics, TimeProvider clock)
    {
        (_client, _options, _log, _metrics, _clock) = (client, options, log, metrics, clock);
        _pods = new Informer<Pod>(client.Resource(Resources.Pods), new InformerOptions
        {
            LabelSelector = "linkerd.io/control-plane-ns",
            FieldSelector = $"spec.nodeName={options.NodeName}",
            OnError = e => log.Warn($"cannot follow the pods of node {options.NodeName}: {e.Message}"),
            Time = clock,
        });
        _pods.AddHandler(this);
    }

    /// <summary>Whether the pods of the node are known.</summary>
    public bool IsReady => _pods.HasSynced;

    /// <summary>Whether a pod is one to repair.</summary>
    public static bool Failed(Pod pod) =>
        (pod.Status?.InitContainerStatuses ?? []).Any(static s => s.Name == "linkerd-network-validator"
            && (s.State?.Terminated?.ExitCode == ValidatorCommand.NotRedirected || s.LastState?.Terminated?.ExitCode == ValidatorCommand.NotRedirected));

    /// <summary>Repairs until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        _pods.Start();
        while (await _queue.Reader.WaitToReadAsync(cancel))
        {
            while (_queue.Reader.TryRead(out var pod))
                await RepairAsync(pod, cancel);
        }
    }

    public void OnAdded(Pod value) => Enqueue(value);

    public void OnUpdated(Pod old, Pod value) => Enqueue(value);

    public void OnDeleted(Pod value)
    {
        // Whatever was wrong with it has gone with it.
    }

    public ValueTask DisposeAsync() => _pods.DisposeAsync();

    private void Enqueue(Pod pod)
    {
        if (!Failed(pod) || pod.Metadata.DeletionTimestamp is not null)
            return;
        var reference = new ObjectReference { ApiVersion = "v1", Kind = "Pod", Namespace = pod.Metadata.Namespace, Name = pod.Metadata.Name, Uid = pod.Metadata.Uid };
        if (!_queue.Writer.TryWrite(reference))
            _metrics.QueueOverflow.Add(1);
    }

    private async Task RepairAsync(ObjectReference pod, CancellationToken cancel)
    {
        _log.Info($"deleting {pod.Namespace}/{pod.Name}: its network was made before the CNI plugin was there");
        var started = _clock.GetTimestamp();
        try
        {
            using var limit = Limit(cancel);
            await DeleteAsync(pod, limit.Token);
            _metrics.DeleteLatency.Observe(_clock.GetElapsedTime(started).TotalSeconds);
            _metrics.PodsDeleted.Add(1);
        }
        catch (KubernetesException e) when (e.IsNotFound || e.IsConflict)
        {
            // Gone, or replaced by one of the same name: the same pod may be queued twice.
            return;
        }
        catch (KubernetesException e)
        {
            _metrics.DeleteErrors.Add(1);
            _log.Error($"cannot delete {pod.Namespace}/{pod.Name}: {e.Message}");
            return;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            _metrics.DeleteTimeouts.Add(1);
            _log.Error($"deleting {pod.Namespace}/{pod.Name} took longer than {s_timeout.TotalSeconds:0} s");
            return;
        }
        await PublishAsync(pod, cancel);
    }

    // Only this very pod: one of a StatefulSet comes back with the same name.
    private Task<string> DeleteAsync(ObjectReference pod, CancellationToken cancel) => _client.RawAsync(
        HttpMethod.Delete,
        $"api/v1/namespaces/{pod.Namespace}/pods/{pod.Name}",
        new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "DeleteOptions",
            ["gracePeriodSeconds"] = 0,
            ["preconditions"] = new JsonObject { ["uid"] = pod.Uid },
        }.ToJsonString(),
        cancel);

    private async Task PublishAsync(ObjectReference pod, CancellationToken cancel)
    {
        var started = _clock.GetTimestamp();
        try
        {
            using var limit = Limit(cancel);
            await _client.Dynamic(s_events, "Event", namespaced: true, pod.Namespace).CreateAsync(Event(pod), cancel: limit.Token);
            _metrics.EventLatency.Observe(_clock.GetElapsedTime(started).TotalSeconds);
        }
        catch (KubernetesException e)
        {
            _metrics.EventErrors.Add(1);
            _log.Warn($"cannot publish an event for {pod.Namespace}/{pod.Name}: {e.Message}");
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            _metrics.EventTimeouts.Add(1);
        }
    }

    private JsonObject Event(ObjectReference pod) => new()
    {
        ["apiVersion"] = "events.k8s.io/v1",
        ["kind"] = "Event",
        ["metadata"] = new JsonObject { ["namespace"] = pod.Namespace, ["name"] = string.Create(CultureInfo.InvariantCulture, $"{pod.Name}.{_clock.GetUtcNow().Ticks:x}") },
        ["eventTime"] = _clock.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture),
        ["reportingController"] = "linkerd.io/cni-repair-controller",
        ["reportingInstance"] = _options.PodName,
        ["action"] = "Deleting",
        ["reason"] = "LinkerdCNINotConfigured",
        ["type"] = "Normal",
        ["note"] = "The pod's network was made before the Linkerd CNI plugin was there; it is deleted so that its owner makes a new one",
        ["regarding"] = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Pod", ["namespace"] = pod.Namespace, ["name"] = pod.Name, ["uid"] = pod.Uid },
    };

    private static CancellationTokenSource Limit(CancellationToken cancel)
    {
        var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(s_timeout);
        return limit;
    }
}
