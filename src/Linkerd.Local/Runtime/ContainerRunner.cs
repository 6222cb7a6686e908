using System.Net;
using Linkerd.Kubernetes.Models;
using Linkerd.Local.Images;

namespace Linkerd.Local.Runtime;

/// <summary>Runs one container through all its starts: image, environment, launch, hooks, probes, restarts with backoff.</summary>
internal sealed class ContainerRunner
{
    private static readonly TimeSpan FirstBackoff = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan GoodRun = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan ConfigRetry = TimeSpan.FromSeconds(2);
    private const int KeptLogs = 2;
    private const int MaxTerminationMessage = 4096;

    private readonly PodWorker _pod;
    private readonly ContainerRecord _record;
    private readonly TaskCompletionSource _launched = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ContainerRunner(PodWorker pod, ContainerRecord record)
    {
        _pod = pod;
        _record = record;
    }

    /// <summary>Completes when the first start is over its postStart hook, or has failed: then the next container may start.</summary>
    public Task Launched => _launched.Task;

    /// <summary>Runs until the container will not be started again.</summary>
    public async Task RunAsync(string restartPolicy, CancellationToken stop)
    {
        var crashes = 0;
        try
        {
            while (true)
            {
                var begin = Environment.TickCount64;
                var code = await TryStartOnceAsync(stop);
                _launched.TrySetResult();
                var again = !stop.IsCancellationRequested && (restartPolicy == "Always" || (restartPolicy == "OnFailure" && code != 0));
                if (!again)
                    return;
                crashes = Environment.TickCount64 - begin > GoodRun.TotalMilliseconds ? 0 : crashes + 1;
                await BackOffAsync(crashes, stop);
                _pod.Update(() => _record.Restarts++);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Stopped between two starts.
        }
        finally
        {
            _launched.TrySetResult();
            _pod.Update(() => _record.Finished = true);
        }
    }

    private async Task BackOffAsync(int crashes, CancellationToken stop)
    {
        // The first restart is at once: most of what fails at the start only waits for something else.
        if (crashes <= 1)
            return;
        var wait = TimeSpan.FromTicks(Math.Min(LongestBackoff.Ticks, FirstBackoff.Ticks << Math.Min(crashes - 2, 10)));
        var message = $"back-off {wait.TotalSeconds:0}s restarting failed container={_record.Name} pod={_pod.Name}_{_pod.Namespace}({_pod.Uid})";
        _pod.Update(() => _record.State = Waiting("CrashLoopBackOff", message));
        _pod.Event("Warning", "BackOff", "Back-off restarting failed container", _record);
        await Task.Delay(wait, _pod.Node.Clock, stop);
    }

    // What goes wrong on our side counts as a failed start, and is tried again like one.
    private async Task<int> TryStartOnceAsync(CancellationToken stop)
    {
        try
        {
            return await StartOnceAsync(stop);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _pod.Node.Log.Write($"pod {_pod.Namespace}/{_pod.Name}/{_record.Name}", e.ToString());
            _pod.Event("Warning", "Failed", $"Error: {e.Message}", _record);
            var now = PodStatusBuilder.Now(_pod.Node.Clock);
            _pod.Update(() => _record.State = _record.LastState = new ContainerState
            {
                Terminated = new ContainerStateTerminated { ExitCode = 128, Reason = "StartError", Message = e.Message, StartedAt = now, FinishedAt = now },
            });
            return 128;
        }
    }

    /// <summary>One start, to its end. Returns the exit code.</summary>
    private async Task<int> StartOnceAsync(CancellationToken stop)
    {
        var image = await ResolveAsync(stop);
        var plan = await PlanAsync(image, stop);
        stop.ThrowIfCancellationRequested();
        var number = NextLogNumber();
        using var log = new ContainerLog(_pod.Folders.Log(_record.Name, number), _pod.Node.Clock);
        ContainerProcess process;
        try
        {
            process = ContainerProcess.Start(plan, log, _pod.Node.Host);
        }
        catch (Exception e) when (e is ToolException or IOException or System.ComponentModel.Win32Exception)
        {
            log.WriteLine(e.Message);
            return End(128, "StartError", e.Message, plan, PodStatusBuilder.Now(_pod.Node.Clock));
        }

        using (process)
            return await FollowAsync(process, plan, stop);
    }

    private async Task<int> FollowAsync(ContainerProcess process, LaunchPlan plan, CancellationToken stop)
    {
        var begin = PodStatusBuilder.Now(_pod.Node.Clock);
        var gated = _record.Spec.StartupProbe is not null;
        _pod.Update(() =>
        {
            _record.Process = process;
            _record.ContainerId = $"local://{_pod.Uid}-{_record.Name}-{_record.LogNumber}";
            _record.ImageId = plan.Image.Id;
            _record.State = new ContainerState { Running = new ContainerStateRunning { StartedAt = begin } };
            _record.Ran = true;
            _record.Started = !gated && _record.Spec.Lifecycle?.PostStart is null;
            _record.Ready = !gated && _record.Spec is { ReadinessProbe: null, Lifecycle.PostStart: null } or { ReadinessProbe: null, StartupProbe: null, Lifecycle: null };
        });
        _pod.Event("Normal", "Started", $"Started container {_record.Name}", _record);
        using var life = new CancellationTokenSource();
        var supervision = SuperviseAsync(process, life.Token);
        var code = await process.Exited;
        await life.CancelAsync();
        await supervision;
        var started = process.Started;
        var reason = !started ? "StartError" : code == 0 ? "Completed" : "Error";
        var message = TerminationMessage(plan, code);
        if (!started)
            _pod.Event("Warning", "Failed", $"Error: failed to start container \"{_record.Name}\": {message}", _record);
        return End(started ? code : 128, reason, message, plan, begin);
    }

    private async Task SuperviseAsync(ContainerProcess process, CancellationToken life)
    {
        try
        {
            if (_record.Spec.Lifecycle?.PostStart is { } hook)
            {
                await WhenStartedAsync(process, life);
                if (await _pod.RunHookAsync(_record, process, hook, life) is { } fault)
                {
                    _pod.Event("Warning", "FailedPostStartHook", $"PostStartHook failed: {fault}", _record);
                    process.Kill();
                    return;
                }
            }

            _launched.TrySetResult();
            await ProbeAsync(process, life);
        }
        catch (OperationCanceledException)
        {
            // The container ended.
        }
        catch (Exception e)
        {
            _pod.Node.Log.Failure($"pod {_pod.Namespace}/{_pod.Name}/{_record.Name}", e);
        }
    }

    private static async Task WhenStartedAsync(ContainerProcess process, CancellationToken life)
    {
        while (!process.Started)
            await Task.Delay(10, life);
    }

    private async Task ProbeAsync(ContainerProcess process, CancellationToken life)
    {
        var spec = _record.Spec;
        if (spec.StartupProbe is { } startup)
        {
            await Loop(startup, process, (good, fault) =>
            {
                if (!good)
                    Unhealthy(process, "Startup", fault);
            }).RunAsync(eager: true, untilSuccess: true, life);
        }

        _pod.Update(() =>
        {
            _record.Started = true;
            _record.Ready = spec.ReadinessProbe is null;
        });
        var loops = new List<Task>();
        if (spec.LivenessProbe is { } liveness)
        {
            loops.Add(Loop(liveness, process, (good, fault) =>
            {
                if (!good)
                    Unhealthy(process, "Liveness", fault);
            }).RunAsync(eager: false, untilSuccess: false, life));
        }

        if (spec.ReadinessProbe is { } readiness)
            loops.Add(Loop(readiness, process, SetReady).RunAsync(eager: true, untilSuccess: false, life));
        await Task.WhenAll(loops);
    }

    private void SetReady(bool ready, string? fault)
    {
        if (!ready)
            _pod.Event("Warning", "Unhealthy", $"Readiness probe failed: {fault}", _record);
        if (_record.Ready != ready)
            _pod.Update(() => _record.Ready = ready);
    }

    private void Unhealthy(ContainerProcess process, string kind, string? fault)
    {
        _pod.Event("Warning", "Unhealthy", $"{kind} probe failed: {fault}", _record);
        _pod.Event("Normal", "Killing", $"Container {_record.Name} failed {kind.ToLowerInvariant()} probe, will be restarted", _record);
        _ = _pod.StopProcessAsync(_record, process, _pod.GracePeriod);
    }

    private ProbeLoop Loop(Probe probe, ContainerProcess process, Action<bool, string?> decided) =>
        new(probe, cancel => ProbeCall.AskAsync(probe, _record.Spec, _pod.ProbeAddress ?? IPAddress.Loopback, (command, token) => _pod.ExecAsync(process, command, token), cancel), decided);

    private async Task<ContainerImage> ResolveAsync(CancellationToken stop)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return _pod.Node.Images.Resolve(_record.Spec.Image ?? "");
            }
            catch (ImageException e)
            {
                var reason = attempt == 0 ? "ErrImagePull" : "ImagePullBackOff";
                _pod.Update(() => _record.State = Waiting(reason, e.Message));
                _pod.Event("Warning", attempt == 0 ? "Failed" : "BackOff", e.Message, _record);
                _launched.TrySetResult();
                await Task.Delay(ConfigRetry * Math.Min(attempt + 1, 15), _pod.Node.Clock, stop);
            }
        }
    }

    private async Task<LaunchPlan> PlanAsync(ContainerImage image, CancellationToken stop)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await _pod.PlanAsync(_record, image, stop);
            }
            catch (PodSpecException e)
            {
                _pod.Update(() => _record.State = Waiting("CreateContainerConfigError", e.Message));
                _pod.Event("Warning", "Failed", $"Error: {e.Message}", _record);
                _launched.TrySetResult();
                await Task.Delay(ConfigRetry, _pod.Node.Clock, stop);
            }
        }
    }

    private int NextLogNumber()
    {
        var number = _record.Restarts;
        if (number >= KeptLogs)
        {
            var old = _pod.Folders.Log(_record.Name, number - KeptLogs);
            Directory.CreateDirectory(Path.GetDirectoryName(old)!);
            File.Delete(old);
            File.Delete(old + ".1");
        }

        _record.LogNumber = number;
        return number;
    }

    private int End(int code, string reason, string? message, LaunchPlan plan, DateTimeOffset begin)
    {
        _pod.Update(() =>
        {
            _record.Process = null;
            _record.Ready = false;
            _record.Started = false;
            _record.State = new ContainerState
            {
                Terminated = new ContainerStateTerminated
                {
                    ExitCode = code, Reason = reason, Message = message, StartedAt = begin, FinishedAt = PodStatusBuilder.Now(_pod.Node.Clock),
                },
            };
            _record.LastState = _record.State;
        });
        try
        {
            Directory.Delete(plan.Folder, recursive: true);
        }
        catch (IOException e)
        {
            _pod.Node.Log.Failure($"pod {_pod.Namespace}/{_pod.Name}/{_record.Name}", e);
        }

        return code;
    }

    private string? TerminationMessage(LaunchPlan plan, int code)
    {
        var file = PodWorker.TerminationFile(plan.Folder);
        var text = File.Exists(file) ? File.ReadAllText(file) : "";
        if (text.Length == 0 && code != 0 && (_record.Spec.TerminationMessagePolicy == "FallbackToLogsOnError" || !File.Exists(plan.StartedFile)))
            text = LastLines();
        return text.Length == 0 ? null : text.Length > MaxTerminationMessage ? text[^MaxTerminationMessage..] : text;
    }

    private string LastLines()
    {
        var path = _pod.Folders.Log(_record.Name, _record.LogNumber);
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        file.Position = Math.Max(0, file.Length - (2 * MaxTerminationMessage));
        using var reader = new StreamReader(file);
        var lines = reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return string.Join('\n', lines.TakeLast(20).Select(static l => l.IndexOf(" F ", StringComparison.Ordinal) is > 0 and var at ? l[(at + 3)..] : l));
    }

    private static ContainerState Waiting(string reason, string message) => new() { Waiting = new ContainerStateWaiting { Reason = reason, Message = message } };
}
