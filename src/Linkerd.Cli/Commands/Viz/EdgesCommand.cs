using System.CommandLine;
using System.Text.Json;
using Linkerd.Stats.Reports;

namespace Linkerd.Cli.Commands.Viz;

/// <summary><c>linkerd viz edges</c>: connections between resources, and the identities at both ends.</summary>
public sealed class EdgesCommand : CliCommand
{
    private readonly Argument<string[]> _resource = new("resource") { Description = "TYPE or TYPE/NAME of a workload", Arity = ArgumentArity.OneOrMore };
    private readonly Namespaces _namespaces = new();
    private readonly Option<string> _output = OutputOption.Of("table", "wide", "json");

    /// <summary>Creates the command.</summary>
    public EdgesCommand(ITerminal terminal)
        : base("edges", "Display connections between resources, and Linkerd proxy identities", terminal)
    {
        Arguments.Add(_resource);
        Options.Add(_namespaces.Namespace);
        Options.Add(_namespaces.All);
        Options.Add(_output);
    }

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        using var client = GlobalOptions.Connect(arguments);
        var resources = ResourceRef.Parse(arguments.GetValue(_resource)!, _namespaces.Of(arguments, client.Config));
        if (resources.FirstOrDefault(r => !r.Kind.IsWorkload || r.Kind.Name == "namespace") is { } wrong)
            throw new CliException($"Resource type is not supported: {wrong.Kind.Name}; edges connect workloads, such as deploy, sts or po");
        var report = new EdgesReport(await VizOptions.SourceAsync(arguments, client, cancellationToken), new KubernetesWorkloads(client));
        var edges = new List<EdgeRow>();
        foreach (var resource in resources)
            edges.AddRange(await report.RunAsync(resource, cancellationToken));

        var format = arguments.GetValue(_output);
        if (format == "json")
            await Terminal.Out.WriteLineAsync(JsonSerializer.Serialize<IReadOnlyList<EdgeJson>>([.. edges.Select(EdgeJson.Of)], VizJson.Default.IReadOnlyListEdgeJson));
        else if (edges.Count == 0)
            await Terminal.Error.WriteLineAsync("No edges found.");
        else
            await Terminal.Out.WriteAsync(EdgesReport.Render(edges, format == "wide"));
        return ExitCodes.Success;
    }
}
