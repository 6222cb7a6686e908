using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Linkerd.Local.Runtime;

namespace Linkerd.Local.Cluster;

/// <summary>
/// The process on the host that stands for the cluster: it starts the namespaces, relays ports, and takes everything down. The first
/// process inside watches a pipe from here, so that even a killed supervisor leaves nothing running.
/// </summary>
public sealed class Supervisor(LocalPaths paths)
{
    private const int PreferredApiPort = 6443;
    private const long MaxLog = 20 * 1024 * 1024;
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(10);

    /// <summary>Runs until the cluster ends or a signal asks for its end. <paramref name="nodeCommand"/> is what to run inside, without the API port.</summary>
    public async Task<int> RunAsync(IReadOnlyList<string> nodeCommand)
    {
        Directory.CreateDirectory(paths.Run);
        File.SetUnixFileMode(paths.Home, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        // The API server's data holds every Secret, and nobody but this user reads it: pods go through the API.
        Directory.CreateDirectory(paths.ApiData);
        File.SetUnixFileMode(paths.ApiData, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        SupervisorFile.Write(paths);
        File.Delete(paths.NodeSocket);
        File.Delete(paths.Relays);
        RotateLog();
        var progress = new Progress(paths.Progress);
        await using var logFile = new StreamWriter(new FileStream(paths.Log, FileMode.Append, FileAccess.Write, FileShare.ReadWrite));
        var log = new NodeLog(logFile, TimeProvider.System);
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, c => Ask(c, asked));
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, c => Ask(c, asked));
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, c => Ask(c, asked));
        await using var relay = new HostRelay(paths, log);
        try
        {
            var port = OpenApiPort(relay);
            using var inside = Start(nodeCommand, port);
            var following = relay.FollowAsync(port);
            var ended = inside.WaitForExitAsync();
            if (await Task.WhenAny(ended, asked.Task) != ended)
                await StopAsync(inside, ended);
            else if (!asked.Task.IsCompleted)
                progress.Step($"{Progress.Failed}the cluster ended with code {inside.ExitCode}; its log is {paths.Log}");
            return asked.Task.IsCompleted ? 0 : 1;
        }
        catch (Exception e) when (e is ToolException or SocketException or IOException)
        {
            progress.Step(Progress.Failed + e.Message);
            return 1;
        }
        finally
        {
            File.Delete(paths.NodeSocket);
            File.Delete(paths.PidFile);
        }
    }

    private static void Ask(PosixSignalContext context, TaskCompletionSource asked)
    {
        context.Cancel = true;
        asked.TrySetResult();
    }

    // The port stays the same over restarts, so that a kubeconfig that was handed on stays good.
    private int OpenApiPort(HostRelay relay)
    {
        var known = File.Exists(paths.Ports) && int.TryParse(File.ReadAllText(paths.Ports), NumberStyles.None | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var saved) ? saved : PreferredApiPort;
        int port;
        try
        {
            port = relay.Open(known, "127.0.0.1:6443");
        }
        catch (SocketException)
        {
            port = relay.Open(0, "127.0.0.1:6443");
        }

        File.WriteAllText(paths.Ports, port.ToString(CultureInfo.InvariantCulture));
        return port;
    }

    private Process Start(IReadOnlyList<string> nodeCommand, int port)
    {
        List<string> words = ["--mount", "--net", "--uts", "--ipc", "--pid", "--fork", "--kill-child=KILL", "--mount-proc"];
        if (!Preflight.IsRoot)
            words.InsertRange(0, ["--user", "--map-root-user", "--map-auto"]);
        // The shell is the first process: it reaps what containers leave, and when it ends the kernel ends all that is left.
        var log = ShellText.Quote(paths.Log);
        var node = ShellText.Quote([.. nodeCommand, "--api-port", port.ToString(CultureInfo.InvariantCulture)]);
        words.AddRange(["/bin/sh", "-c", $"exec 3<&0; {node} </dev/null >>{log} 2>&1 3<&- & node=$!; (cat <&3 >/dev/null; kill -KILL $node) & exec 3<&-; wait $node"]);
        var start = new ProcessStartInfo(Tool.Path("unshare")) { UseShellExecute = false, RedirectStandardInput = true, WorkingDirectory = "/" };
        foreach (var word in words)
            start.ArgumentList.Add(word);
        start.Environment["LINKERD_LOCAL_HOME"] = paths.Home;
        return Process.Start(start) ?? throw new ToolException("unshare could not be started");
    }

    private async Task StopAsync(Process inside, Task ended)
    {
        try
        {
            using var limit = new CancellationTokenSource(StopTime);
            await NodeSocketClient.AskAsync(paths, "stop", limit.Token);
            await ended.WaitAsync(limit.Token);
        }
        catch (Exception e) when (e is ClusterException or SocketException or IOException or OperationCanceledException)
        {
            // It never came up or does not answer: closing the pipe ends it without asking.
        }

        inside.StandardInput.Close();
        await ended;
    }

    private void RotateLog()
    {
        if (File.Exists(paths.Log) && new FileInfo(paths.Log).Length > MaxLog)
            File.Move(paths.Log, paths.Log + ".1", overwrite: true);
    }
}
