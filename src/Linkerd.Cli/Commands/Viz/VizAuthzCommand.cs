using System.CommandLine;
using System.Text.Json.Nodes;
using Linkerd.Stats.Reports;

namespace Linkerd.Cli.Commands.Viz;

/// <summary><c>linkerd viz authz</c>: what was let in by which authorization, and what was refused.</summary>
internal sealed class VizAuthzCommand : CliCommand
{
    private readonly Argument<string[]> _resource = new("resource") { Description = "TYPE or TYPE/NAME of a workload", Arity = ArgumentArity.OneOrMore };
    private readonly Namespaces _namespaces = new();
    private readonly Window _window = new();
    private readonly Option<string> _output = OutputOption.Of("table", "wide", "json");

    public VizAuthzCommand(ITerminal terminal)
        : base("authz", "Display stats for authorizations for a resource", terminal)
    {
        Arguments.Add(_resource);
        foreach (var option in (Option[])[_namespaces.Namespace, _window.Option, _output])
            Options.Add(option);
    }

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        using var client = GlobalOptions.Connect(arguments);
        var window = _window.Of(arguments);
        var report = new AuthzReport(await VizOptions.SourceAsync(arguments, client, cancellationToken));
        var rows = new List<AuthzRow>();
        foreach (var resource in ResourceRef.Parse(arguments.GetValue(_resource)!, _namespaces.Of(arguments, client.Config)))
            rows.AddRange(await report.RunAsync(resource, window, byClient: false, cancellationToken));
        if (arguments.GetValue(_output) == "json")
            await Terminal.Out.WriteLineAsync(VizText.Array(rows.Select(r => Json(r, window))));
        else if (rows.Count == 0)
            await Terminal.Error.WriteLineAsync("No traffic found.");
        else
            await Terminal.Out.WriteAsync(AuthzReport.Render(rows, window));
        return ExitCodes.Success;
    }

    private static JsonObject Json(AuthzRow row, TimeSpan window) => new()
    {
        ["route"] = row.Route,
        ["server"] = row.Server,
        ["authorization"] = row.Authorization,
        ["unauthorized"] = row.DeniedPerSecond,
        ["success"] = row.Traffic.SuccessRate,
        ["rps"] = row.Traffic.Rps(window),
        ["latency_ms_p50"] = VizText.Round(row.Traffic.LatencyP50),
        ["latency_ms_p95"] = VizText.Round(row.Traffic.LatencyP95),
        ["latency_ms_p99"] = VizText.Round(row.Traffic.LatencyP99),
    };
}
