using System.Threading.Channels;
using Linkerd.Kubernetes;
using Linkerd.Local.Cluster;

namespace Linkerd.Local.Controllers;

/// <summary>
/// Brings one kind of object to its wanted state. Keys of what may have changed are queued once each and worked off one after the
/// other; what fails is tried again with growing pauses.
/// </summary>
internal abstract class Controller(string name, ControllerContext context)
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(30);
    private readonly Channel<ObjectKey> _queue = Channel.CreateUnbounded<ObjectKey>();
    private readonly HashSet<ObjectKey> _queued = [];
    private readonly Dictionary<ObjectKey, int> _failures = [];
    private readonly Lock _lock = new();

    /// <summary>Names the controller in logs and events.</summary>
    public string Name => name;

    protected ControllerContext Context => context;

    protected KubernetesClient Client => context.Client;

    protected TimeProvider Clock => context.Clock;

    /// <summary>Works until cancelled.</summary>
    public virtual async Task RunAsync(CancellationToken cancel)
    {
        await foreach (var key in _queue.Reader.ReadAllAsync(cancel))
        {
            lock (_lock)
                _queued.Remove(key);
            try
            {
                await ReconcileAsync(key, cancel);
                _failures.Remove(key);
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                throw;
            }
            catch (Exception e)
            {
                Retry(key, e, cancel);
            }
        }
    }

    /// <summary>Queues an object, unless it waits already.</summary>
    protected void Enqueue(ObjectKey key)
    {
        lock (_lock)
        {
            if (_queued.Add(key))
                _queue.Writer.TryWrite(key);
        }
    }

    /// <summary>Queues an object by its metadata.</summary>
    protected void Enqueue(Linkerd.Kubernetes.Models.ObjectMeta metadata) => Enqueue(new ObjectKey(metadata.Namespace ?? "", metadata.Name ?? ""));

    /// <summary>Queues an object later.</summary>
    protected void EnqueueAfter(ObjectKey key, TimeSpan delay, CancellationToken cancel) =>
        _ = Task.Delay(delay, Clock, cancel).ContinueWith(_ => Enqueue(key), cancel, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);

    /// <summary>Compares an object with the world and takes the next steps.</summary>
    protected abstract Task ReconcileAsync(ObjectKey key, CancellationToken cancel);

    private void Retry(ObjectKey key, Exception e, CancellationToken cancel)
    {
        var failures = _failures[key] = _failures.GetValueOrDefault(key) + 1;
        if (e is not KubernetesException { IsConflict: true } and not KubernetesException { IsNotFound: true })
            context.Log.Write(name, $"{key}: {e.Message}");
        var pause = TimeSpan.FromTicks(Math.Min(LongestRetry.Ticks, FirstRetry.Ticks << Math.Min(failures - 1, 12)));
        EnqueueAfter(key, pause, cancel);
    }
}
