using System.CommandLine;
using Linkerd.Local.Cluster;

namespace Linkerd.Cli.Commands.Local;

/// <summary>The process inside the cluster's namespaces; started by the supervisor.</summary>
internal sealed class NodeCommand : Command
{
    public NodeCommand()
        : base("node", "Started by `linkerd local up`")
    {
        Hidden = true;
        var port = new Option<int>("--api-port") { Required = true };
        Options.Add(port);
        SetAction((arguments, _) => new ClusterNode(LocalPaths.Default, arguments.GetValue(port)).RunAsync());
    }
}
