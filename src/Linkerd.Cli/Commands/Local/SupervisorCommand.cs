using System.CommandLine;
using Linkerd.Local.Cluster;

namespace Linkerd.Cli.Commands.Local;

/// <summary>The process on the host that stands for the cluster; started by <c>up</c>.</summary>
internal sealed class SupervisorCommand : Command
{
    public SupervisorCommand()
        : base("supervisor", "Started by `linkerd local up`")
    {
        Hidden = true;
        SetAction((_, _) => new Supervisor(LocalPaths.Default).RunAsync(SelfCommand.With("local", "node")));
    }
}
