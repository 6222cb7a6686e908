using System.CommandLine;
using Linkerd.Local.Cluster;

namespace Linkerd.Cli.Commands.Local;

/// <summary><c>linkerd local up</c>.</summary>
public sealed class UpCommand : LocalAction
{
    private readonly Option<bool> _detach = new("--detach", "-d") { Description = "Return when the cluster is up, and leave it running" };
    private readonly Option<bool> _bare = new("--no-mesh") { Description = "Start the cluster without the control plane" };

    /// <summary>Creates the command.</summary>
    public UpCommand(ITerminal terminal)
        : base("up", "Start the cluster and install the control plane; its state survives from one start to the next", terminal)
    {
        Options.Add(_detach);
        Options.Add(_bare);
    }

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ClusterControl cluster, ParseResult arguments, CancellationToken cancellationToken)
    {
        var steps = new Steps(Terminal);
        var running = cluster.SupervisorId is not null;
        try
        {
            await StartAsync(cluster, steps, mesh: !arguments.GetValue(_bare), cancellationToken);
        }
        catch (OperationCanceledException) when (!running)
        {
            await cluster.StopAsync(CancellationToken.None);
            throw;
        }

        await Terminal.Error.WriteLineAsync(running ? "The cluster was up already." : "The cluster is up.");
        await Terminal.Error.WriteLineAsync($"""

            To use it:     export KUBECONFIG={cluster.Paths.Kubeconfig}
            To try it:     linkerd local demo
            To see it:     {(arguments.GetValue(_bare) ? "the dashboard comes with the mesh" : await LocalDashboard.WhereAsync(cluster, cancellationToken))}
            To end it:     linkerd local down
            """);
        return arguments.GetValue(_detach) ? ExitCodes.Success : await StayAsync(cluster, Terminal, cancellationToken);
    }

    /// <summary>Brings up what is not up yet.</summary>
    internal static async Task StartAsync(ClusterControl cluster, Steps steps, bool mesh, CancellationToken cancel)
    {
        if (cluster.SupervisorId is null)
        {
            cluster.Start(SelfCommand.With("local", "supervisor"));
            await cluster.FollowStartAsync(steps.Done, cancel);
        }

        if (!mesh)
            return;
        using var client = Connect(cluster);
        await new MeshInstaller(client, steps).EnsureAsync(cancel);
        await LocalDashboard.EnsureAsync(client, steps, cancel);
    }

    /// <summary>Waits for ^C, then takes the cluster down.</summary>
    internal static async Task<int> StayAsync(ClusterControl cluster, ITerminal terminal, CancellationToken cancel)
    {
        await terminal.Error.WriteLineAsync("\nPress Ctrl-C to take it down.");
        try
        {
            await cluster.WaitForEndAsync(cancel);
            throw new CliException($"the cluster ended; its log is {cluster.Paths.Log}");
        }
        catch (OperationCanceledException)
        {
            await terminal.Error.WriteLineAsync("taking the cluster down ...");
            await cluster.StopAsync(CancellationToken.None);
            return ExitCodes.Success;
        }
    }
}
