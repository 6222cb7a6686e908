using System.CommandLine;
using Linkerd.Kubernetes;
using Linkerd.Local.Cluster;

namespace Linkerd.Cli.Commands.Local;

/// <summary><c>linkerd local logs</c>: of a pod, or of the cluster itself.</summary>
public sealed class LogsCommand : LocalAction
{
    private readonly Argument<string?> _pod = new("pod") { Description = "Pod, or DEPLOYMENT's newest pod; none for the cluster's own log", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string> _namespace = new("--namespace", "-n") { Description = "Namespace of the pod", DefaultValueFactory = _ => "default" };
    private readonly Option<string?> _container = new("--container", "-c") { Description = "Container" };
    private readonly Option<bool> _follow = new("--follow", "-f") { Description = "Keep showing what is written" };
    private readonly Option<bool> _previous = new("--previous", "-p") { Description = "The log of the container before its last restart" };
    private readonly Option<long?> _tail = new("--tail") { Description = "Only so many lines" };

    /// <summary>Creates the command.</summary>
    public LogsCommand(ITerminal terminal)
        : base("logs", "Print the log of a pod, or of the cluster itself", terminal)
    {
        Arguments.Add(_pod);
        foreach (var option in (Option[])[_namespace, _container, _follow, _previous, _tail])
            Options.Add(option);
    }

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ClusterControl cluster, ParseResult arguments, CancellationToken cancellationToken)
    {
        if (arguments.GetValue(_pod) is not { } name)
        {
            if (!File.Exists(cluster.Paths.Log))
                throw new CliException("there is no cluster yet; make one with: linkerd local up --detach");
            using var file = new StreamReader(new FileStream(cluster.Paths.Log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
            await Terminal.Out.WriteAsync(await file.ReadToEndAsync(cancellationToken));
            return ExitCodes.Success;
        }

        using var client = Connect(cluster);
        var ns = arguments.GetValue(_namespace)!;
        await using var stream = await client.GetLogsAsync(ns, await PodName.FindAsync(client, ns, name, cancellationToken), new LogOptions
        {
            Container = arguments.GetValue(_container),
            Follow = arguments.GetValue(_follow),
            Previous = arguments.GetValue(_previous),
            TailLines = (int?)arguments.GetValue(_tail),
        }, cancellationToken);
        using var reader = new StreamReader(stream);
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
            await Terminal.Out.WriteLineAsync(line);
        return ExitCodes.Success;
    }
}
