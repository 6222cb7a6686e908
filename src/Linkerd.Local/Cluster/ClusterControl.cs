using System.Diagnostics;
using System.Globalization;
using Linkerd.Local.Runtime;

namespace Linkerd.Local.Cluster;

/// <summary>Starts, stops and asks the cluster from a command on the host.</summary>
public sealed class ClusterControl(LocalPaths paths)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RelayLimit = TimeSpan.FromSeconds(5);

    /// <summary>Whether this build can run the project's own image of the Viz extension.</summary>
    public static bool HasViz => new Images.BinaryFolder().Has("linkerd-viz");

    /// <summary>The folders.</summary>
    public LocalPaths Paths => paths;

    /// <summary>The supervisor's process id, or null when the cluster is down.</summary>
    public int? SupervisorId => SupervisorFile.Read(paths);

    /// <summary>Starts the supervisor as a process of its own session, which outlives the caller.</summary>
    /// <exception cref="ClusterException">This machine lacks something; the message says what to install.</exception>
    public void Start(IReadOnlyList<string> supervisorCommand)
    {
        if (Preflight.Problems() is { Count: > 0 } problems)
            throw new ClusterException("linkerd local cannot run here:\n- " + string.Join("\n- ", problems));
        Directory.CreateDirectory(paths.Run);
        File.WriteAllText(paths.Progress, "");
        var log = ShellText.Quote(paths.Log);
        var start = new ProcessStartInfo("/bin/sh") { WorkingDirectory = "/" };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add($"{Tool.Path("setsid")} {ShellText.Quote(supervisorCommand)} </dev/null >>{log} 2>&1 &");
        start.Environment["LINKERD_LOCAL_HOME"] = paths.Home;
        using var shell = Process.Start(start) ?? throw new ClusterException("sh could not be started");
        shell.WaitForExit();
    }

    /// <summary>Steps of the start as they are made, until the API can be used.</summary>
    /// <exception cref="ClusterException">The start failed.</exception>
    public async Task FollowStartAsync(Action<string> step, CancellationToken cancel)
    {
        var shown = 0;
        var missing = 0;
        while (true)
        {
            var lines = await File.ReadAllLinesAsync(paths.Progress, cancel);
            foreach (var line in lines.Skip(shown))
            {
                if (line == Progress.Ready)
                    return;
                if (line.StartsWith(Progress.Failed, StringComparison.Ordinal))
                    throw new ClusterException(line[Progress.Failed.Length..] + $"\nThe cluster's log: {paths.Log}");
                step(line);
            }

            shown = lines.Length;
            missing = SupervisorId is null ? missing + 1 : 0;
            if (missing > 10_000 / Poll.TotalMilliseconds)
                throw new ClusterException($"the cluster ended before it was up; its log is {paths.Log}");
            await Task.Delay(Poll, cancel);
        }
    }

    /// <summary>Takes the cluster down; false when it was not up.</summary>
    public async Task<bool> StopAsync(CancellationToken cancel)
    {
        if (SupervisorId is not { } id)
            return false;
        _ = Native.Kill(id, Native.SigTerm);
        var deadline = Environment.TickCount64 + (long)StopLimit.TotalMilliseconds;
        while (SupervisorId == id)
        {
            if (Environment.TickCount64 > deadline)
                _ = Native.Kill(id, Native.SigKill);
            await Task.Delay(Poll, cancel);
        }

        return true;
    }

    /// <summary>
    /// The port of this machine's loopback that leads to a node port: the same number, or another one where somebody else holds it.
    /// Waits a moment for a Service that is new; null when nothing leads there.
    /// </summary>
    public async Task<int?> HostPortAsync(int nodePort, CancellationToken cancel)
    {
        for (var tries = 0; tries < RelayLimit / Poll; tries++)
        {
            foreach (var line in File.Exists(paths.Relays) ? await File.ReadAllLinesAsync(paths.Relays, cancel) : [])
            {
                if (line.Split(' ') is [var node, var host] && node == nodePort.ToString(CultureInfo.InvariantCulture) && int.TryParse(host, NumberStyles.None, CultureInfo.InvariantCulture, out var port))
                    return port;
            }

            await Task.Delay(Poll, cancel);
        }

        return null;
    }

    /// <summary>Completes when the supervisor is gone.</summary>
    public async Task WaitForEndAsync(CancellationToken cancel)
    {
        while (SupervisorId is not null)
            await Task.Delay(TimeSpan.FromMilliseconds(250), cancel);
    }

    /// <summary>Loads an image archive and returns the names it brought.</summary>
    public async Task<IReadOnlyList<string>> LoadImageAsync(string archive, string? name, CancellationToken cancel) =>
        (await NodeSocketClient.AskAsync(paths, $"load {name ?? "-"} {Path.GetFullPath(archive)}", cancel)).Split(' ', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The names of loaded images.</summary>
    public async Task<IReadOnlyList<string>> ImagesAsync(CancellationToken cancel) =>
        (await NodeSocketClient.AskAsync(paths, "images", cancel)).Split(' ', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Deletes all state.</summary>
    /// <exception cref="ClusterException">The cluster is up, or files belong to ids that only it can delete.</exception>
    public async Task ResetAsync(CancellationToken cancel)
    {
        if (SupervisorId is not null)
            throw new ClusterException("the cluster is running; take it down first: linkerd local down");
        if (!Directory.Exists(paths.Home))
            return;
        // What pods of an ordinary user wrote belongs to his subordinate ids.
        var command = Preflight.IsRoot ? (string[])["rm", "-rf", "--", paths.Home] : ["unshare", "--user", "--map-root-user", "--map-auto", "rm", "-rf", "--", paths.Home];
        try
        {
            await Tool.RunAsync(command[0], command[1..], cancel: cancel);
        }
        catch (ToolException e)
        {
            throw new ClusterException(e.Message, e);
        }
    }
}
