using System.CommandLine;
using System.Text.Json.Nodes;
using Linkerd.Stats;
using Linkerd.Stats.Reports;

namespace Linkerd.Cli.Commands.Viz;

/// <summary><c>linkerd viz routes</c>: traffic by the routes of ServiceProfiles.</summary>
internal sealed class RoutesCommand : CliCommand
{
    private readonly Argument<string[]> _resource = new("resource") { Description = "TYPE or TYPE/NAME of a workload, Service or authority", Arity = ArgumentArity.OneOrMore };
    private readonly Namespaces _namespaces = new();
    private readonly Window _window = new();
    private readonly Option<string?> _to = new("--to") { Description = "If present, shows outbound stats to the specified resource" };
    private readonly Option<string?> _toNamespace = new("--to-namespace") { Description = "Sets the namespace used to lookup the \"--to\" resource; by default the current \"--namespace\" is used" };
    private readonly Option<string> _output = OutputOption.Of("table", "wide", "json");
    private readonly Option<string> _selector = new("--selector", "-l") { Description = "Selector (label query) to filter on, supports '=', '==', and '!='", DefaultValueFactory = _ => "" };

    public RoutesCommand(ITerminal terminal)
        : base("routes", "Display route stats", terminal)
    {
        Arguments.Add(_resource);
        foreach (var option in (Option[])[_namespaces.Namespace, _window.Option, _to, _toNamespace, _output, _selector])
            Options.Add(option);
    }

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        using var client = GlobalOptions.Connect(arguments);
        var ns = _namespaces.Of(arguments, client.Config);
        var window = _window.Of(arguments);
        var to = To(arguments, ns);
        var objects = new ClientObjects(client);
        var report = new RoutesReport(await VizOptions.SourceAsync(arguments, client, cancellationToken), objects);
        var tables = new List<(string Name, IReadOnlyList<RouteRow> Rows)>();
        foreach (var target in await TargetsAsync(arguments, new KubernetesWorkloads(objects), ns, cancellationToken))
        {
            if (await report.RunAsync(target, to, window, cancellationToken) is { Count: > 0 } rows)
                tables.Add(($"{target.Kind.Name}/{target.Name}", rows));
        }

        return await WriteAsync(arguments, tables, to is { Kind.Name: not "service" }, window);
    }

    private ResourceRef? To(ParseResult arguments, string ns)
    {
        if (arguments.GetValue(_to) is not { } text)
            return arguments.GetValue(_toNamespace) is { } other ? new ResourceRef(ResourceKind.Find("ns")!, other, "") : null;
        var found = ResourceRef.Parse(text.Split(' ', StringSplitOptions.RemoveEmptyEntries), arguments.GetValue(_toNamespace) ?? ns);
        return found.Count == 1 ? found[0] : throw new CliException($"--to: '{text}' names more than one resource");
    }

    private async Task<IReadOnlyList<ResourceRef>> TargetsAsync(ParseResult arguments, KubernetesWorkloads workloads, string ns, CancellationToken cancel)
    {
        var selector = arguments.GetValue(_selector)!;
        var targets = new List<ResourceRef>();
        foreach (var target in ResourceRef.Parse(arguments.GetValue(_resource)!, ns))
        {
            if (target.Name is not null && selector.Length == 0)
                targets.Add(target);
            else
                targets.AddRange((await workloads.ListAsync(target, selector, cancel)).OrderBy(static w => w.Name, StringComparer.Ordinal).Select(w => target with { Name = w.Name }));
        }

        return targets;
    }

    private async Task<int> WriteAsync(ParseResult arguments, List<(string Name, IReadOnlyList<RouteRow> Rows)> tables, bool byAuthority, TimeSpan window)
    {
        var format = arguments.GetValue(_output);
        if (format == "json")
        {
            await Terminal.Out.WriteLineAsync(VizText.Text(new JsonObject(tables.Select(t => KeyValuePair.Create(
                t.Name, (JsonNode?)new JsonArray([.. t.Rows.Select(JsonNode (r) => Json(r, window))]))))));
            return ExitCodes.Success;
        }

        if (tables.Count == 0)
        {
            await Terminal.Error.WriteLineAsync("No traffic found. Routes are those of ServiceProfiles: make one with linkerd profile or linkerd viz profile --tap.");
            return ExitCodes.Success;
        }

        foreach (var (name, rows) in tables)
        {
            if (tables.Count > 1)
                await Terminal.Out.WriteLineAsync($"==> {name} <==");
            await Terminal.Out.WriteAsync(RoutesReport.Render(rows, byAuthority, format == "wide", window));
            if (tables.Count > 1)
                await Terminal.Out.WriteLineAsync();
        }

        return ExitCodes.Success;
    }

    private static JsonObject Json(RouteRow row, TimeSpan window)
    {
        var json = new JsonObject { ["route"] = row.Route, ["authority"] = row.Authority };
        if (row.Actual is { } actual)
        {
            json["effective_success"] = row.Effective.SuccessRate;
            json["effective_rps"] = row.Effective.Rps(window);
            json["actual_success"] = actual.SuccessRate;
            json["actual_rps"] = actual.Rps(window);
        }
        else
        {
            json["success"] = row.Effective.SuccessRate;
            json["rps"] = row.Effective.Rps(window);
        }

        json["latency_ms_p50"] = VizText.Round(row.Effective.LatencyP50);
        json["latency_ms_p95"] = VizText.Round(row.Effective.LatencyP95);
        json["latency_ms_p99"] = VizText.Round(row.Effective.LatencyP99);
        return json;
    }
}
