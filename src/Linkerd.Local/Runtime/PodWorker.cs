using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;
using Linkerd.Local.Images;
using Linkerd.Local.Network;

namespace Linkerd.Local.Runtime;

/// <summary>The life of one pod: network, volumes, init containers, containers, end. Its status is written as it changes.</summary>
internal sealed class PodWorker : IDisposable
{
    private static readonly TimeSpan RefreshPeriod = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan VolumeRetry = TimeSpan.FromSeconds(1);
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _gone = new();
    private readonly ChangeSignal _changed = new();
    private readonly List<ContainerRecord> _init;
    private readonly List<ContainerRecord> _main;
    private readonly PodStatusBuilder _status;
    private readonly DateTimeOffset _begin;
    private PodNetwork? _network;
    private Task? _stopping;
    private string? _forcedPhase;
    private bool _deleted;
    private bool _reportEnd;

    public PodWorker(NodeContext node, Pod pod)
    {
        Node = node;
        Pod = pod;
        Folders = new PodFolders(node.Paths, Uid);
        _begin = node.Clock.GetUtcNow();
        _init = [.. (pod.Spec?.InitContainers ?? []).Select(c => Record(c, isInit: true))];
        _main = [.. (pod.Spec?.Containers ?? []).Select(c => Record(c, isInit: false))];
        if (_init.Count != 0)
        {
            foreach (var record in _main)
                record.State = new ContainerState { Waiting = new ContainerStateWaiting { Reason = "PodInitializing" } };
        }

        _status = new PodStatusBuilder(pod, node.Clock);
    }

    public NodeContext Node { get; }

    public Pod Pod { get; }

    public PodFolders Folders { get; }

    public string Name => Pod.Metadata.Name!;

    public string Namespace => Pod.Metadata.Namespace!;

    public string Uid => Pod.Metadata.Uid!;

    public TimeSpan GracePeriod => TimeSpan.FromSeconds(Math.Max(Pod.Spec?.TerminationGracePeriodSeconds ?? 30, 0));

    /// <summary>Where probes ask; null before the pod has a network.</summary>
    public IPAddress? ProbeAddress => HostNetwork ? NodeNetwork.NodeAddress : _network?.Address;

    /// <summary>The file that holds the pod's network namespace.</summary>
    public string NetworkPath => HostNetwork || _network is null ? "/proc/self/ns/net" : PodNetworks.NamespacePath(_network.Name);

    private bool HostNetwork => Pod.Spec?.HostNetwork == true;

    /// <summary>The file that a container's last words are read from.</summary>
    public static string TerminationFile(string folder) => Path.Combine(folder, "termination-log");

    /// <summary>Runs the pod to its end and, if it was deleted, takes it out of the API. Never throws.</summary>
    public async Task RunAsync()
    {
        var reporting = ReportAsync(_gone.Token);
        try
        {
            if (!EndedWithTheNode())
                await RunContainersAsync(_stop.Token);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Deleted while it was starting.
        }
        catch (Exception e)
        {
            Event("Warning", "FailedCreatePodSandBox", e.Message);
            Node.Log.Failure($"pod {Namespace}/{Name}", e);
        }

        await _stop.CancelAsync();
        if (_stopping is { } stopping)
            await stopping;
        _reportEnd = !_gone.IsCancellationRequested;
        await _gone.CancelAsync();
        await reporting;
        await CleanUpAsync();
    }

    /// <summary>After the end of <see cref="RunAsync"/>.</summary>
    public void Dispose()
    {
        _stop.Dispose();
        _gone.Dispose();
    }

    /// <summary>Ends the pod gracefully; a second call changes nothing.</summary>
    public void Stop(TimeSpan grace)
    {
        lock (_lock)
        {
            _deleted = true;
            _stopping ??= Task.Run(() => StopContainersAsync(grace));
        }
    }

    /// <summary>Ends the pod at once: it is gone from the API.</summary>
    public void Abort()
    {
        lock (_lock)
            _stopping ??= Task.CompletedTask;
        _stop.Cancel();
        foreach (var record in _init.Concat(_main))
            record.Process?.Kill();
    }

    /// <summary>Ends the containers and leaves the pod's status as it is: the cluster stops, not the pod.</summary>
    public async Task ShutDownAsync(TimeSpan grace)
    {
        await _gone.CancelAsync();
        lock (_lock)
            _stopping ??= Task.CompletedTask;
        await _stop.CancelAsync();
        var running = _main.Concat(_init).Select(static c => c.Process).OfType<ContainerProcess>().ToList();
        foreach (var process in running)
            process.Signal(Native.SigTerm);
        using var limit = new CancellationTokenSource(grace);
        foreach (var process in running)
        {
            try
            {
                await process.Exited.WaitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill();
            }
        }
    }

    /// <summary>Hears of changes that others made to the pod.</summary>
    public void Observe(Pod newer)
    {
        _status.Observe(newer);
        if ((Pod.Spec?.ReadinessGates ?? []).Count != 0)
            Changed();
    }

    /// <summary>Changes a record and reports.</summary>
    public void Update(Action change)
    {
        lock (_lock)
            change();
        Changed();
    }

    /// <summary>Records an event about the pod or one of its containers.</summary>
    public void Event(string type, string reason, string message, ContainerRecord? record = null) =>
        Node.Events.Record("Pod", "v1", Pod.Metadata, type, reason, message,
            record is null ? null : $"spec.{(record.IsInit ? "initContainers" : "containers")}{{{record.Name}}}");

    /// <summary>The record of a container, or null.</summary>
    public ContainerRecord? Find(string container) => _main.Concat(_init).FirstOrDefault(c => c.Name == container);

    /// <summary>Decides everything about the next start of a container.</summary>
    public async Task<LaunchPlan> PlanAsync(ContainerRecord record, ContainerImage image, CancellationToken cancel)
    {
        var spec = record.Spec;
        var address = ProbeAddress?.ToString() ?? "";
        var hostName = Pod.Spec?.Hostname is { Length: > 0 } given ? given : Name.Length > 63 ? Name[..63].TrimEnd('-', '.') : Name;
        var environment = await ContainerEnvironment.BuildAsync(Node, Pod, spec, image, new DownwardFields(Pod, address), hostName, cancel);
        var command = (spec.Command is { Count: > 0 } own ? own : image.Entrypoint).ToList();
        command.AddRange(spec.Args is { Count: > 0 } arguments ? arguments : spec.Command is { Count: > 0 } ? [] : image.Arguments);
        if (command.Count == 0)
            throw new PodSpecException($"image \"{image.Name}\" has no command of its own: give the container one");
        var folder = Folders.Container(record.Name, record.Restarts);
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(folder);
        var privileges = ContainerPrivileges.Of(Pod.Spec!, spec, image);
        File.WriteAllText(TerminationFile(folder), "");
        File.SetUnixFileMode(TerminationFile(folder), (UnixFileMode)0b110_110_110);
        List<MountPlan> mounts = [.. new PodVolumes(Node, Pod, Folders, new DownwardFields(Pod, address)).Mounts(spec, environment.Expand)];
        mounts.Add(new MountPlan(TerminationFile(folder), spec.TerminationMessagePath is { Length: > 0 } path ? path : "/dev/termination-log", false));
        return new LaunchPlan
        {
            Folder = folder,
            NetworkName = HostNetwork ? null : _network?.Name,
            HostName = hostName,
            Image = image,
            Command = [.. command.Select(environment.Expand)],
            Environment = environment.Variables,
            WorkingFolder = spec.WorkingDir is { Length: > 0 } work ? work : image.WorkingFolder.Length != 0 ? image.WorkingFolder : "/",
            Privileges = privileges,
            Mounts = mounts,
            EtcFiles = EtcFiles.For(Pod, address, hostName),
            ReadOnlyRoot = spec.SecurityContext?.ReadOnlyRootFilesystem == true,
        };
    }

    /// <summary>Runs a command in a container for a probe or a hook.</summary>
    public async Task<(int Code, string Output)> ExecAsync(ContainerProcess process, IReadOnlyList<string> command, CancellationToken cancel)
    {
        using var output = new MemoryStream();
        var code = await ContainerExec.RunAsync(process, command, null, output, output, cancel);
        return (code, System.Text.Encoding.UTF8.GetString(output.ToArray()));
    }

    /// <summary>Runs a hook; null when it succeeded.</summary>
    public async Task<string?> RunHookAsync(ContainerRecord record, ContainerProcess process, LifecycleHandler hook, CancellationToken cancel)
    {
        if (hook.Exec?.Command is { } command)
        {
            var (code, output) = await ExecAsync(process, command, cancel);
            return code == 0 ? null : $"command '{string.Join(' ', command)}' exited with {code}: {output.Trim()}";
        }

        if (hook.HttpGet is { } get)
        {
            try
            {
                return await ProbeCall.GetAsync(get, record.Spec, ProbeAddress ?? IPAddress.Loopback, cancel);
            }
            catch (HttpRequestException e)
            {
                return e.Message;
            }
        }

        return null;
    }

    /// <summary>preStop, SIGTERM, and SIGKILL when the time is over.</summary>
    public async Task StopProcessAsync(ContainerRecord record, ContainerProcess process, TimeSpan grace)
    {
        using var limit = new CancellationTokenSource(grace);
        try
        {
            if (record.Spec.Lifecycle?.PreStop is { } hook && await RunHookAsync(record, process, hook, limit.Token) is { } fault)
                Event("Warning", "FailedPreStopHook", $"PreStopHook failed: {fault}", record);
            process.Signal(Native.SigTerm);
            await process.Exited.WaitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
        }
        catch (Exception e)
        {
            Node.Log.Failure($"pod {Namespace}/{Name}/{record.Name}", e);
            process.Kill();
        }
    }

    private ContainerRecord Record(Container spec, bool isInit)
    {
        var known = (isInit ? Pod.Status?.InitContainerStatuses : Pod.Status?.ContainerStatuses)?.FirstOrDefault(s => s.Name == spec.Name);
        var record = new ContainerRecord(spec, isInit);
        // A container that ran before the cluster was stopped is started again, which counts.
        if (known is { State.Running: not null } or { State.Terminated: not null } or { LastState.Terminated: not null })
            record.Restarts = (known.RestartCount ?? 0) + (isInit ? 0 : 1);
        return record;
    }

    private bool EndedWithTheNode()
    {
        if (Pod.Spec?.RestartPolicy != "Never" || Pod.Status?.Phase != "Running")
            return false;
        Update(() =>
        {
            foreach (var record in _main)
            {
                record.Finished = true;
                record.State = new ContainerState { Terminated = new ContainerStateTerminated { ExitCode = 137, Reason = "ContainerStatusUnknown", Message = "the cluster was stopped while it ran" } };
            }

            _forcedPhase = "Failed";
        });
        return true;
    }

    private async Task RunContainersAsync(CancellationToken stop)
    {
        if (!HostNetwork)
            _network = await Node.Networks.AttachAsync(Uid, stop);
        var volumes = new PodVolumes(Node, Pod, Folders, new DownwardFields(Pod, ProbeAddress!.ToString()));
        Changed();
        await PrepareVolumesAsync(volumes, stop);
        var refreshing = volumes.Refreshes ? RefreshAsync(volumes, _gone.Token) : Task.CompletedTask;
        var policy = Pod.Spec?.RestartPolicy ?? "Always";
        var running = new List<Task>();
        foreach (var record in _init)
        {
            var runner = new ContainerRunner(this, record);
            if (record.IsSidecar)
            {
                running.Add(runner.RunAsync("Always", stop));
                await WhenAsync(() => record.Started, stop);
                continue;
            }

            await runner.RunAsync(policy == "Always" ? "OnFailure" : policy, stop);
            if (record.Failed || stop.IsCancellationRequested)
                break;
        }

        if (!stop.IsCancellationRequested && !_init.Any(static c => c is { IsSidecar: false, Failed: true }))
            await RunMainAsync(policy, stop);
        foreach (var sidecar in _init.Where(static c => c is { IsSidecar: true, Process: not null }))
            await StopProcessAsync(sidecar, sidecar.Process!, GracePeriod);
        await _stop.CancelAsync();
        await Task.WhenAll(running);
        if (_stopping is { } stopping)
            await stopping;
        _ = refreshing;
    }

    // One after the other, as a postStart hook may hold back those behind it: the proxy's does until it is ready.
    private async Task RunMainAsync(string policy, CancellationToken stop)
    {
        Update(() =>
        {
            foreach (var record in _main)
                record.State = new ContainerState { Waiting = new ContainerStateWaiting { Reason = "ContainerCreating" } };
        });
        var running = new List<Task>();
        foreach (var record in _main)
        {
            var runner = new ContainerRunner(this, record);
            running.Add(runner.RunAsync(policy, stop));
            await runner.Launched;
        }

        await Task.WhenAll(running);
    }

    private async Task PrepareVolumesAsync(PodVolumes volumes, CancellationToken stop)
    {
        while (true)
        {
            try
            {
                await volumes.PrepareAsync(stop);
                return;
            }
            catch (Exception e) when (e is PodSpecException or KubernetesException or IOException)
            {
                Event("Warning", "FailedMount", $"MountVolume.SetUp failed: {e.Message}");
                await Task.Delay(VolumeRetry, Node.Clock, stop);
            }
        }
    }

    private async Task RefreshAsync(PodVolumes volumes, CancellationToken gone)
    {
        while (!gone.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(RefreshPeriod, Node.Clock, gone);
                await volumes.PrepareAsync(gone);
            }
            catch (OperationCanceledException) when (gone.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is PodSpecException or KubernetesException or IOException or OperationCanceledException)
            {
                Node.Log.Failure($"pod {Namespace}/{Name} volumes", e);
            }
        }
    }

    private async Task WhenAsync(Func<bool> condition, CancellationToken stop)
    {
        while (!condition())
            await Task.Delay(TimeSpan.FromMilliseconds(20), Node.Clock, stop);
    }

    private async Task StopContainersAsync(TimeSpan grace)
    {
        // No container starts any more, and what runs is asked to end: the proxy last only if it says so by a hook of its own.
        await _stop.CancelAsync();
        var running = _main.Concat(_init).Where(static c => c.Process is not null).ToList();
        foreach (var record in running)
            Event("Normal", "Killing", $"Stopping container {record.Name}", record);
        await Task.WhenAll(running.Select(r => StopProcessAsync(r, r.Process!, grace)));
    }

    private void Changed() => _changed.Set();

    private async Task ReportAsync(CancellationToken gone)
    {
        try
        {
            while (true)
            {
                await _changed.WaitAsync(gone);
                if (!await TryReportAsync(gone))
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(200), Node.Clock, gone);
                    Changed();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The last status is written below, unless nobody can read it any more.
        }

        if (!_deleted && _reportEnd)
            await TryReportAsync(CancellationToken.None);
    }

    private async Task<bool> TryReportAsync(CancellationToken cancel)
    {
        try
        {
            PodStatus status;
            lock (_lock)
                status = _status.Build(_init, _main, ProbeAddress?.ToString(), _forcedPhase);
            var patch = new JsonObject
            {
                ["metadata"] = new JsonObject { ["uid"] = Uid },
                ["status"] = JsonSerializer.SerializeToNode(status, KubernetesJson.Default.PodStatus),
            };
            await Node.Client.Resource(Resources.Pods, Namespace).PatchAsync(Name, Patch.Merge(patch), "status", cancel: cancel);
            return true;
        }
        catch (KubernetesException e) when (e.IsNotFound || e.IsConflict)
        {
            return true;
        }
        catch (KubernetesException e)
        {
            Node.Log.Failure($"pod {Namespace}/{Name} status", e);
            return false;
        }
    }

    private async Task CleanUpAsync()
    {
        foreach (var record in _init.Concat(_main))
            record.Process?.Kill();
        if (_network is { } network)
            await Node.Networks.DetachAsync(network);
        if (!_deleted)
            return;
        await PodDeletion.CompleteAsync(Node, Pod);
    }
}
