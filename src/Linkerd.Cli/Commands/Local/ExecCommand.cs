using System.CommandLine;
using Linkerd.Kubernetes;
using Linkerd.Local.Cluster;

namespace Linkerd.Cli.Commands.Local;

/// <summary><c>linkerd local exec</c>: runs a command in a container.</summary>
public sealed class ExecCommand : LocalAction
{
    private readonly Argument<string> _pod = new("pod") { Description = "Pod, or DEPLOYMENT's newest pod" };
    private readonly Argument<string[]> _command = new("command") { Description = "Command and arguments, behind --", Arity = ArgumentArity.OneOrMore };
    private readonly Option<string> _namespace = new("--namespace", "-n") { Description = "Namespace of the pod", DefaultValueFactory = _ => "default" };
    private readonly Option<string?> _container = new("--container", "-c") { Description = "Container" };

    /// <summary>Creates the command.</summary>
    public ExecCommand(ITerminal terminal)
        : base("exec", "Run a command in a container; for a terminal use kubectl exec -it", terminal)
    {
        Arguments.Add(_pod);
        Arguments.Add(_command);
        Options.Add(_namespace);
        Options.Add(_container);
    }

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ClusterControl cluster, ParseResult arguments, CancellationToken cancellationToken)
    {
        using var client = Connect(cluster);
        var ns = arguments.GetValue(_namespace)!;
        var pod = await PodName.FindAsync(client, ns, arguments.GetValue(_pod)!, cancellationToken);
        await using var session = await client.ExecAsync(ns, pod, arguments.GetValue(_container), arguments.GetValue(_command)!, cancel: cancellationToken);
        await using var output = Console.OpenStandardOutput();
        await using var error = Console.OpenStandardError();
        return await session.CopyToAsync(output, error, cancellationToken);
    }
}
