using System.Globalization;

namespace Linkerd.Stats.Reports;

/// <summary>Renders rows as <c>viz stat</c> prints them.</summary>
public static class StatTable
{
    /// <summary>The table of one kind. With several kinds asked for, <paramref name="prefix"/> puts the short kind before each name.</summary>
    public static string Render(IReadOnlyList<StatRow> rows, ResourceKind kind, bool wide, bool allNamespaces, bool prefix)
    {
        var columns = Columns(rows, kind, wide, allNamespaces, prefix);
        var left = columns.FindIndex(static c => c.Header == "NAME") + 1;
        var table = new TextTable(left, [.. columns.Select(static c => c.Header)]);
        foreach (var row in rows)
            table.Add([.. columns.Select(c => c.Cell(row))]);
        return table.ToString();
    }

    /// <summary>A number with its unit; <c>-</c> for none.</summary>
    internal static string Cell(double? value, string format, string unit) =>
        value is { } v ? v.ToString(format, CultureInfo.InvariantCulture) + unit : "-";

    private static List<(string Header, Func<StatRow, string> Cell)> Columns(IReadOnlyList<StatRow> rows, ResourceKind kind, bool wide, bool allNamespaces, bool prefix)
    {
        var columns = new List<(string Header, Func<StatRow, string> Cell)>();
        if (allNamespaces && kind.Name != "namespace")
            columns.Add(("NAMESPACE", static r => r.Namespace));
        columns.Add(("NAME", r => prefix ? kind.Short + "/" + r.Name : r.Name));
        if (kind.Name == "pod")
            columns.Add(("STATUS", static r => r.Status ?? "-"));
        if (kind.Name == "httproute")
            columns.Add(("SERVER", static r => r.Server ?? "-"));
        if (kind.Name == "trafficsplit")
            columns.AddRange([("APEX", static r => r.Apex ?? "-"), ("LEAF", static r => r.Leaf ?? "-"), ("WEIGHT", static r => r.Weight ?? "-")]);
        if (rows.Any(static r => r.Destination is not null))
            columns.AddRange([("DST", static r => r.Destination ?? "-"), ("WEIGHT", static r => r.Weight ?? "-")]);
        if (!kind.IsPolicy && kind.Name != "trafficsplit")
            columns.Add(("MESHED", static r => r.Meshed is { } meshed ? $"{meshed}/{r.Running}" : "-"));
        if (kind.Name is "server" or "httproute")
            columns.Add(("UNAUTHORIZED", static r => Cell(r.UnauthorizedPerSecond, "0.0", "rps")));
        columns.AddRange(
        [
            ("SUCCESS", static r => Cell(r.Success * 100, "0.00", "%")),
            ("RPS", static r => Cell(r.RequestsPerSecond, "0.0", "rps")),
            ("LATENCY_P50", static r => Cell(r.LatencyP50, "0", "ms")),
            ("LATENCY_P95", static r => Cell(r.LatencyP95, "0", "ms")),
            ("LATENCY_P99", static r => Cell(r.LatencyP99, "0", "ms")),
        ]);
        if (!kind.IsPolicy && kind.Name != "trafficsplit")
            columns.Add(("TCP_CONN", static r => Cell(r.TcpConnections, "0", "")));
        if (wide && !kind.IsPolicy && kind.Name != "trafficsplit")
            columns.AddRange([("READ_BYTES/SEC", static r => Cell(r.ReadBytesPerSecond, "0.0", "B/s")), ("WRITE_BYTES/SEC", static r => Cell(r.WriteBytesPerSecond, "0.0", "B/s"))]);
        return columns;
    }
}
