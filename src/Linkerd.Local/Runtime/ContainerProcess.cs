using System.Diagnostics;
using System.Globalization;

namespace Linkerd.Local.Runtime;

/// <summary>One start of a container, from the launcher to the end of everything it left running.</summary>
internal sealed class ContainerProcess : IDisposable
{
    private readonly LaunchPlan _plan;
    private readonly Process _process;
    private readonly ContainerLog _log;

    private ContainerProcess(LaunchPlan plan, Process process, ContainerLog log)
    {
        _plan = plan;
        _process = process;
        _log = log;
        Exited = WaitAsync();
    }

    /// <summary>Completes with the exit code, 128 + signal where a signal ended it, once all its output is in the log.</summary>
    public Task<int> Exited { get; }

    /// <summary>Whether the program itself was reached; before that the launcher failed, and the log says at what.</summary>
    public bool Started => File.Exists(_plan.StartedFile);

    /// <summary>The id of the container's first process in the cluster's pid namespace, or null before it has one.</summary>
    public int? Pid
    {
        get
        {
            try
            {
                return int.TryParse(File.ReadAllText(_plan.PidFile), NumberStyles.None | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var pid) ? pid : null;
            }
            catch (IOException)
            {
                return null;
            }
        }
    }

    /// <summary>The user that exec gets too.</summary>
    public LaunchPlan Plan => _plan;

    /// <summary>Starts a container; its output goes to <paramref name="log"/>.</summary>
    public static ContainerProcess Start(LaunchPlan plan, ContainerLog log, HostFolders host)
    {
        var command = LaunchScript.Write(plan, host);
        var start = new ProcessStartInfo(command[0]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" };
        foreach (var word in command.Skip(1))
            start.ArgumentList.Add(word);
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin";
        var process = Process.Start(start) ?? throw new ToolException($"{command[0]} could not be started");
        return new ContainerProcess(plan, process, log);
    }

    /// <summary>Signals the container's first process.</summary>
    public void Signal(int signal)
    {
        if (!_process.HasExited && Pid is { } pid)
            _ = Native.Kill(pid, signal);
    }

    /// <summary>Ends everything in the container at once: its first process takes the pid namespace with it.</summary>
    public void Kill()
    {
        Signal(Native.SigKill);
        if (!_process.HasExited)
            _process.Kill();
    }

    public void Dispose() => _process.Dispose();

    private async Task<int> WaitAsync()
    {
        var output = _log.CopyAsync(_process.StandardOutput.BaseStream, "stdout");
        var error = _log.CopyAsync(_process.StandardError.BaseStream, "stderr");
        await _process.WaitForExitAsync();
        await Task.WhenAll(output, error);
        return _process.ExitCode;
    }
}
