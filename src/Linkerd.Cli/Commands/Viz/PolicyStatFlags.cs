using System.CommandLine;
using System.Text.Json.Nodes;
using Linkerd.Kubernetes;
using Linkerd.Stats.Reports;

namespace Linkerd.Cli.Commands.Viz;

/// <summary>What <c>stat-inbound</c> and <c>stat-outbound</c> are asked, and how they answer.</summary>
internal sealed class PolicyStatFlags
{
    private readonly Argument<string[]> _resource = new("resource") { Description = "TYPE or TYPE/NAME of a workload or namespace", Arity = ArgumentArity.OneOrMore };
    private readonly Option<string?> _namespace = new("--namespace", "-n") { Description = "Namespace" };
    private readonly Window _window = new();
    private readonly Option<string> _output = OutputOption.Of("table", "json");

    public void AddTo(Command command)
    {
        command.Arguments.Add(_resource);
        foreach (var option in (Option[])[_namespace, _window.Option, _output])
            command.Options.Add(option);
    }

    public TimeSpan Window(ParseResult arguments) => _window.Of(arguments);

    public IReadOnlyList<ResourceRef> Targets(ParseResult arguments, KubernetesClient client) =>
        ResourceRef.Parse(arguments.GetValue(_resource)!, arguments.GetValue(_namespace) ?? client.Config.Namespace);

    /// <summary>Prints rows as the flag says; without any, that there was no traffic.</summary>
    public async Task<int> WriteAsync<T>(ITerminal terminal, ParseResult arguments, IReadOnlyList<T> rows, Func<IReadOnlyList<T>, string> table, Func<T, IEnumerable<JsonObject>> json)
    {
        if (arguments.GetValue(_output) == "json")
            await terminal.Out.WriteLineAsync(VizText.Array(rows.SelectMany(json)));
        else if (rows.Count == 0)
            await terminal.Error.WriteLineAsync("No traffic found.");
        else
            await terminal.Out.WriteAsync(table(rows));
        return ExitCodes.Success;
    }
}
