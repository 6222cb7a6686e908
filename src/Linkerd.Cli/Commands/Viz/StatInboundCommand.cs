using System.CommandLine;
using System.Text.Json.Nodes;
using Linkerd.Stats.Reports;

namespace Linkerd.Cli.Commands.Viz;

/// <summary><c>linkerd viz stat-inbound</c>: what reaches a resource, by Server and route.</summary>
internal sealed class StatInboundCommand : CliCommand
{
    private readonly PolicyStatFlags _flags = new();

    public StatInboundCommand(ITerminal terminal)
        : base("stat-inbound", "Display inbound traffic stats about a resource\n\n  linkerd viz stat-inbound -n emojivoto deploy/web", terminal) => _flags.AddTo(this);

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        using var client = GlobalOptions.Connect(arguments);
        var window = _flags.Window(arguments);
        var report = new InboundReport(await VizOptions.SourceAsync(arguments, client, cancellationToken));
        var rows = new List<InboundRow>();
        foreach (var target in _flags.Targets(arguments, client))
            rows.AddRange(await report.RunAsync(target, window, cancellationToken));
        return await _flags.WriteAsync(Terminal, arguments, rows, r => InboundReport.Render(r, window), r => [Json(r, window)]);
    }

    private static JsonObject Json(InboundRow row, TimeSpan window) => new()
    {
        ["name"] = row.Name,
        ["server"] = row.Server,
        ["port"] = row.Port,
        ["route"] = row.Route,
        ["routeType"] = row.RouteType,
        // Linkerd's own spelling, which differs from stat-outbound's.
        ["successesRate"] = row.Traffic.SuccessRate,
        ["rps"] = row.Traffic.Rps(window),
        ["latencyMsP50"] = row.Traffic.LatencyP50,
        ["latencyMsP95"] = row.Traffic.LatencyP95,
        ["latencyMsP99"] = row.Traffic.LatencyP99,
    };
}
