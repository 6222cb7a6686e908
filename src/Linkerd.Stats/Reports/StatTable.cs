using System.Globalization;

namespace Linkerd.Stats.Reports;

/// <summary>Renders rows as <c>viz stat</c> prints them.</summary>
public static class StatTable
{
    /// <summary>The table of one kind. With several kinds asked for, <paramref name="prefix"/> puts the short kind before each name.</summary>
    public static string Render(IReadOnlyList<StatRow> rows, ResourceKind kind, bool wide, bool allNamespaces, bool prefix)
    {
        var pods = kind.Name == "pod";
        var header = new List<string>();
        if (allNamespaces && kind.Name != "namespace")
            header.Add("NAMESPACE");
        header.Add("NAME");
        var left = header.Count;
        if (pods)
            header.Add("STATUS");
        header.AddRange(["MESHED", "SUCCESS", "RPS", "LATENCY_P50", "LATENCY_P95", "LATENCY_P99", "TCP_CONN"]);
        if (wide)
            header.AddRange(["READ_BYTES/SEC", "WRITE_BYTES/SEC"]);

        var table = new TextTable(left, [.. header]);
        foreach (var row in rows)
        {
            var cells = new List<string>();
            if (allNamespaces && kind.Name != "namespace")
                cells.Add(row.Namespace);
            cells.Add(prefix ? kind.Short + "/" + row.Name : row.Name);
            if (pods)
                cells.Add(row.Status ?? "-");
            cells.AddRange(
            [
                row.Meshed is { } meshed ? $"{meshed}/{row.Running}" : "-",
                Cell(row.Success * 100, "0.00", "%"),
                Cell(row.RequestsPerSecond, "0.0", "rps"),
                Cell(row.LatencyP50, "0", "ms"),
                Cell(row.LatencyP95, "0", "ms"),
                Cell(row.LatencyP99, "0", "ms"),
                Cell(row.TcpConnections, "0", ""),
            ]);
            if (wide)
                cells.AddRange([Cell(row.ReadBytesPerSecond, "0.0", "B/s"), Cell(row.WriteBytesPerSecond, "0.0", "B/s")]);
            table.Add([.. cells]);
        }

        return table.ToString();
    }

    private static string Cell(double? value, string format, string unit) =>
        value is { } v ? v.ToString(format, CultureInfo.InvariantCulture) + unit : "-";
}
