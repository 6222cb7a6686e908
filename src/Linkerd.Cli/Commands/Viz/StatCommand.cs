using System.CommandLine;
using System.Text.Json;
using Linkerd.Stats.Query;
using Linkerd.Stats.Reports;

namespace Linkerd.Cli.Commands.Viz;

/// <summary><c>linkerd viz stat</c>: success, rate and latency of resources.</summary>
public sealed class StatCommand : CliCommand
{
    private readonly Argument<string[]> _resources = new("resources") { Description = "TYPE, TYPE/NAME, TYPE NAME…, or all", Arity = ArgumentArity.OneOrMore };
    private readonly Namespaces _namespaces = new();
    private readonly Option<string> _window = new("--time-window", "-t") { Description = "Stat window (for example: \"15s\", \"1m\", \"10m\", \"1h\"); at least 15s", DefaultValueFactory = _ => "1m" };
    private readonly Option<string?> _to = new("--to") { Description = "If present, restricts outbound stats to the specified resource name" };
    private readonly Option<string?> _toNamespace = new("--to-namespace") { Description = "Sets the namespace used to lookup the \"--to\" resource; by default the current \"--namespace\" is used" };
    private readonly Option<string?> _from = new("--from") { Description = "If present, restricts outbound stats from the specified resource name" };
    private readonly Option<string?> _fromNamespace = new("--from-namespace") { Description = "Sets the namespace used from lookup the \"--from\" resource; by default the current \"--namespace\" is used" };
    private readonly Option<string> _output = OutputOption.Of("table", "wide", "json");
    private readonly Option<string> _selector = new("--selector", "-l") { Description = "Selector (label query) to filter on, supports '=', '==', and '!='", DefaultValueFactory = _ => "" };
    private readonly Option<bool> _unmeshed = new("--unmeshed") { Description = "If present, include unmeshed resources in the output" };

    /// <summary>Creates the command.</summary>
    public StatCommand(ITerminal terminal)
        : base("stat", "Display traffic stats about one or many resources", terminal)
    {
        Arguments.Add(_resources);
        foreach (var option in (Option[])[_namespaces.Namespace, _namespaces.All, _window, _to, _toNamespace, _from, _fromNamespace, _output, _selector, _unmeshed])
            Options.Add(option);
    }

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        if (arguments.GetValue(_to) is not null && arguments.GetValue(_from) is not null)
            throw new CliException("--to and --from flags are mutually exclusive");
        using var client = GlobalOptions.Connect(arguments);
        var ns = _namespaces.Of(arguments, client.Config);
        var targets = ResourceRef.Parse(arguments.GetValue(_resources)!, ns);
        var source = await VizOptions.SourceAsync(arguments, client, cancellationToken);
        var report = new StatReport(source, new KubernetesWorkloads(client));

        var tables = new List<(ResourceKind Kind, IReadOnlyList<StatRow> Rows)>();
        foreach (var group in targets.GroupBy(t => t.Kind))
        {
            var rows = new List<StatRow>();
            foreach (var target in group)
                rows.AddRange(await report.RunAsync(Request(arguments, target, ns), cancellationToken));
            if (rows.Count != 0)
                tables.Add((group.Key, rows));
        }

        return await WriteAsync(arguments, tables, several: targets.Select(t => t.Kind).Distinct().Count() > 1);
    }

    private StatRequest Request(ParseResult arguments, ResourceRef target, string ns) => new()
    {
        Target = target,
        Window = PromDuration.Parse(arguments.GetValue(_window)!) ?? throw new CliException($"--time-window: '{arguments.GetValue(_window)}' is not a duration, such as 30s or 10m"),
        To = Other(arguments, _to, _toNamespace, ns),
        From = Other(arguments, _from, _fromNamespace, ns),
        LabelSelector = arguments.GetValue(_selector)!,
        Unmeshed = arguments.GetValue(_unmeshed),
    };

    private static ResourceRef? Other(ParseResult arguments, Option<string?> resource, Option<string?> ns, string fallback)
    {
        if (arguments.GetValue(resource) is not { } text)
            return arguments.GetValue(ns) is null ? null : new ResourceRef(ResourceKind.Find("ns")!, arguments.GetValue(ns), "");
        var found = ResourceRef.Parse(text.Split(' ', StringSplitOptions.RemoveEmptyEntries), arguments.GetValue(ns) ?? fallback);
        return found.Count == 1 ? found[0] : throw new CliException($"{resource.Name}: '{text}' names more than one resource");
    }

    private async Task<int> WriteAsync(ParseResult arguments, List<(ResourceKind Kind, IReadOnlyList<StatRow> Rows)> tables, bool several)
    {
        var format = arguments.GetValue(_output);
        if (format == "json")
        {
            await Terminal.Out.WriteLineAsync(JsonSerializer.Serialize<IReadOnlyList<StatJson>>([.. tables.SelectMany(t => t.Rows).Select(StatJson.Of)], VizJson.Default.IReadOnlyListStatJson));
            return ExitCodes.Success;
        }

        if (tables.Count == 0)
        {
            await Terminal.Error.WriteLineAsync("No traffic found.");
            return ExitCodes.Success;
        }

        await Terminal.Out.WriteAsync(string.Join('\n', tables.Select(t => StatTable.Render(t.Rows, t.Kind, format == "wide", arguments.GetValue(_namespaces.All), several))));
        return ExitCodes.Success;
    }
}
