using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;
using Linkerd.Local.Api;
using Linkerd.Local.Network;

namespace Linkerd.Local.Runtime;

/// <summary>Runs the pods that are bound to the node, and gives the API server their logs, commands and ports.</summary>
internal sealed class PodRuntime(NodeContext node) : IPodRuntime, IInformerHandler<Pod>
{
    private readonly ConcurrentDictionary<string, PodWorker> _workers = new();
    private volatile bool _down;

    /// <summary>Pods that are running or ending.</summary>
    public int Count => _workers.Count;

    /// <inheritdoc/>
    public void OnAdded(Pod value) => Observe(value);

    /// <inheritdoc/>
    public void OnUpdated(Pod old, Pod value)
    {
        if (old.Metadata.Uid != value.Metadata.Uid)
            OnDeleted(old);
        Observe(value);
    }

    /// <inheritdoc/>
    public void OnDeleted(Pod value)
    {
        var uid = value.Metadata.Uid!;
        if (_workers.TryGetValue(uid, out var worker))
        {
            try
            {
                worker.Abort();
            }
            catch (ObjectDisposedException)
            {
                // It has just ended by itself.
            }
        }
        else
            DeleteFolders(uid);
    }

    /// <summary>Ends all containers because the cluster stops: the API keeps the pods, which are started again with it.</summary>
    public async Task ShutDownAsync(TimeSpan grace)
    {
        _down = true;
        await Task.WhenAll(_workers.Values.Select(w => w.ShutDownAsync(grace)));
    }

    /// <summary>Removes what pods left behind that were deleted while the cluster was down; call once all pods are known.</summary>
    public void Sweep(IEnumerable<Pod> pods)
    {
        var known = pods.Select(static p => p.Metadata.Uid).ToHashSet(StringComparer.Ordinal);
        Directory.CreateDirectory(node.Paths.Pods);
        foreach (var folder in Directory.EnumerateDirectories(node.Paths.Pods))
        {
            if (!known.Contains(Path.GetFileName(folder)))
                Directory.Delete(folder, recursive: true);
        }
    }

    /// <inheritdoc/>
    public async Task WriteLogsAsync(PodLogRequest request, Stream output, CancellationToken cancellation)
    {
        var folders = new PodFolders(node.Paths, request.Pod.Uid);
        var worker = _workers.GetValueOrDefault(request.Pod.Uid);
        var record = worker?.Find(request.Container);
        var newest = record is { Ran: true } ? record.LogNumber : NewestLog(folders, request.Container);
        if (newest is null)
        {
            var reason = record?.State.Waiting?.Reason ?? "it has not run";
            throw new PodRuntimeException($"container \"{request.Container}\" in pod \"{request.Pod.Name}\" is waiting to start: {reason}");
        }

        var number = request.Previous ? newest.Value - 1 : newest.Value;
        var path = folders.Log(request.Container, number);
        if (!File.Exists(path))
            throw new PodRuntimeException($"previous terminated container \"{request.Container}\" in pod \"{request.Pod.Name}\" not found");
        await new LogReader(request, output).CopyAsync(path, () => !request.Previous && record is { IsRunning: true } && record.LogNumber == number, cancellation);
    }

    /// <inheritdoc/>
    public async Task<int> ExecAsync(PodExecRequest request, CancellationToken cancellation)
    {
        var process = Running(request);
        try
        {
            return request.Tty
                ? await PseudoTerminal.RunAsync(process, request, cancellation)
                : await ContainerExec.RunAsync(process, request.Command, request.Stdin, request.Stdout, request.Stderr, cancellation);
        }
        catch (Exception e) when (e is IOException or ToolException)
        {
            throw new PodRuntimeException(e.Message, 500, e);
        }
    }

    /// <inheritdoc/>
    public Task AttachAsync(PodExecRequest request, CancellationToken cancellation)
    {
        Running(request);
        return request.Stdout is null
            ? Task.CompletedTask
            : WriteLogsAsync(new PodLogRequest { Pod = request.Pod, Container = request.Container, Follow = true, TailLines = 0 }, request.Stdout, cancellation);
    }

    /// <inheritdoc/>
    public async Task<Stream> DialAsync(PodReference pod, int port, CancellationToken cancellation)
    {
        if (!_workers.TryGetValue(pod.Uid, out var worker) || worker.ProbeAddress is null)
            throw new PodRuntimeException($"pod {pod} is not running");
        try
        {
            var socket = await NamespaceSocket.ConnectAsync(worker.NetworkPath, new IPEndPoint(IPAddress.Loopback, port), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (SocketException e)
        {
            throw new PodRuntimeException($"pod {pod}: port {port}: {e.Message}", 500, e);
        }
    }

    private static int? NewestLog(PodFolders folders, string container)
    {
        var folder = Path.GetDirectoryName(folders.Log(container, 0))!;
        if (!Directory.Exists(folder))
            return null;
        var numbers = Directory.EnumerateFiles(folder, "*.log").Select(static f => int.TryParse(Path.GetFileNameWithoutExtension(f), out var n) ? n : -1);
        return numbers.DefaultIfEmpty(-1).Max() is >= 0 and var newest ? newest : null;
    }

    private ContainerProcess Running(PodExecRequest request) =>
        _workers.GetValueOrDefault(request.Pod.Uid)?.Find(request.Container)?.Process
        ?? throw new PodRuntimeException($"container \"{request.Container}\" of pod {request.Pod} is not running");

    private void Observe(Pod pod)
    {
        if (_down || pod.Spec?.NodeName != NodeContext.NodeName)
            return;
        var uid = pod.Metadata.Uid!;
        var worker = _workers.GetValueOrDefault(uid);
        if (pod.Metadata.DeletionTimestamp is not null)
        {
            if (worker is not null)
                worker.Stop(TimeSpan.FromSeconds(pod.Metadata.DeletionGracePeriodSeconds ?? 30));
            else
                _ = PodDeletion.CompleteAsync(node, pod);
            return;
        }

        if (worker is not null)
        {
            worker.Observe(pod);
            return;
        }

        if (pod.Status?.Phase is "Succeeded" or "Failed")
            return;
        worker = new PodWorker(node, pod);
        if (_workers.TryAdd(uid, worker))
            _ = Task.Run(() => RunAsync(uid, worker));
    }

    private async Task RunAsync(string uid, PodWorker worker)
    {
        await worker.RunAsync();
        _workers.TryRemove(uid, out _);
        worker.Dispose();
        if (await node.Client.Resource(Resources.Pods, worker.Namespace).FindAsync(worker.Name) is not { } left || left.Metadata.Uid != uid)
            DeleteFolders(uid);
    }

    private void DeleteFolders(string uid)
    {
        try
        {
            new PodFolders(node.Paths, uid).Delete();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            node.Log.Failure($"pod {uid} folders", e);
        }
    }
}
