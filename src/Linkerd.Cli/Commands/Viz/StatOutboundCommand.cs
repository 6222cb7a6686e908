using System.CommandLine;
using System.Text.Json.Nodes;
using Linkerd.Stats.Reports;

namespace Linkerd.Cli.Commands.Viz;

/// <summary><c>linkerd viz stat-outbound</c>: what a resource sends, by Service, route and backend.</summary>
internal sealed class StatOutboundCommand : CliCommand
{
    private readonly PolicyStatFlags _flags = new();

    public StatOutboundCommand(ITerminal terminal)
        : base("stat-outbound", "Display outbound traffic stats about a resource\n\n  linkerd viz stat-outbound -n emojivoto deploy/web", terminal) => _flags.AddTo(this);

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        using var client = GlobalOptions.Connect(arguments);
        var window = _flags.Window(arguments);
        var report = new OutboundReport(await VizOptions.SourceAsync(arguments, client, cancellationToken));
        var rows = new List<OutboundRow>();
        foreach (var target in _flags.Targets(arguments, client))
            rows.AddRange(await report.RunAsync(target, window, cancellationToken));
        return await _flags.WriteAsync(Terminal, arguments, rows, r => OutboundReport.Render(r, window), r => [Route(r, window), .. r.Backends.Select(b => Backend(r, b, window))]);
    }

    private static JsonObject Route(OutboundRow row, TimeSpan window)
    {
        var json = Json(row, null, row.Traffic, window);
        json["retryRate"] = row.Retries;
        return json;
    }

    private static JsonObject Backend(OutboundRow row, OutboundBackend backend, TimeSpan window) => Json(row, backend, backend.Traffic, window);

    private static JsonObject Json(OutboundRow row, OutboundBackend? backend, OutboundTraffic traffic, TimeSpan window)
    {
        var json = new JsonObject { ["name"] = row.Name, ["service"] = row.Service, ["port"] = row.Port, ["route"] = row.Route, ["routeType"] = row.RouteType };
        if (backend is not null)
        {
            json["backend"] = backend.Name;
            json["backendPort"] = backend.Port;
        }

        json["successRate"] = traffic.Stats.SuccessRate;
        json["rps"] = traffic.Stats.Rps(window);
        json["latencyMsP50"] = traffic.Stats.LatencyP50;
        json["latencyMsP95"] = traffic.Stats.LatencyP95;
        json["latencyMsP99"] = traffic.Stats.LatencyP99;
        json["timeoutRate"] = traffic.Timeouts;
        return json;
    }
}
