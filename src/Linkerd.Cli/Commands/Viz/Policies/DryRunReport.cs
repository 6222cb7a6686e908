using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Linkerd.Cli.Commands.Viz.Tap;
using Linkerd.Stats.Reports;

namespace Linkerd.Cli.Commands.Viz.Policies;

/// <summary>What policies would have done with observed requests.</summary>
internal sealed class DryRunReport
{
    private readonly (ObservedRequest Request, long Count, PolicyVerdict Verdict)[] _rows;
    private readonly long _unjudged;

    /// <summary>Judges every request; the kubelet's probes too.</summary>
    public DryRunReport(PolicyVerdicts policies, IEnumerable<Observations> observed)
    {
        var all = observed.ToArray();
        _unjudged = all.Sum(static o => o.Surplus);
        _rows =
        [
            // Pods of one account differ in their addresses alone.
            .. all.SelectMany(static o => o.Counts).Select(c => (Request: c.Key, Count: c.Value, Verdict: policies.Of(c.Key)))
                .GroupBy(static r => (r.Request.Client, r.Request.Port, r.Request.Method, r.Request.Path, r.Verdict))
                .Select(static g => (g.First().Request, Count: g.Sum(static r => r.Count), g.Key.Verdict))
                .OrderBy(static r => r.Request.Port).ThenBy(static r => r.Request.Path, StringComparer.Ordinal).ThenBy(static r => r.Request.Method, StringComparer.Ordinal).ThenBy(static r => r.Request.Client, StringComparer.Ordinal),
        ];
    }

    /// <summary>Requests that would have been refused.</summary>
    public long Denied => Sum(Decision.Denied);

    /// <summary>The report as text: the numbers, and a table of what would not have been let in by these policies.</summary>
    public string Text()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{_rows.Sum(static r => r.Count)} requests: {Sum(Decision.Allowed)} let in, {Denied} denied, {Sum(Decision.NotCovered)} to ports that these policies do not cover\n");
        if (_unjudged > 0)
            text.Append(CultureInfo.InvariantCulture, $"{_unjudged} more were of too many kinds to keep apart, and are not judged\n");
        var table = new TextTable(4, "CLIENT", "METHOD", "PATH", "WHY", "PORT", "COUNT");
        var rows = _rows.Where(static r => r.Verdict.Decision != Decision.Allowed).ToArray();
        foreach (var (request, count, verdict) in rows)
            table.Add(request.ShortClient, request.Method, TapText.Visible(request.Path), verdict.Reason, request.Port.ToString(CultureInfo.InvariantCulture), count.ToString(CultureInfo.InvariantCulture));
        return rows.Length == 0 ? text.ToString() : text.Append('\n').Append(table).ToString();
    }

    /// <summary>The same for programs, with every request.</summary>
    public JsonObject Json() => new()
    {
        ["requests"] = _rows.Sum(static r => r.Count),
        ["allowed"] = Sum(Decision.Allowed),
        ["denied"] = Denied,
        ["notCovered"] = Sum(Decision.NotCovered),
        ["notJudged"] = _unjudged,
        ["rows"] = new JsonArray(
        [
            .. _rows.Select(static JsonNode (r) => new JsonObject
            {
                ["count"] = r.Count, ["client"] = r.Request.Client, ["port"] = r.Request.Port, ["method"] = r.Request.Method, ["path"] = r.Request.Path,
                ["decision"] = r.Verdict.Decision switch { Decision.Allowed => "allowed", Decision.Denied => "denied", _ => "notCovered" }, ["reason"] = r.Verdict.Reason,
            }),
        ]),
    };

    private long Sum(Decision decision) => _rows.Where(r => r.Verdict.Decision == decision).Sum(static r => r.Count);
}
