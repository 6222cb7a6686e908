namespace Linkerd.Testing;

/// <summary>Reads the tables of docs/reference/metrics.md.</summary>
public static class MetricsPage
{
    /// <summary>Every family: name, type, and its row of labels as written.</summary>
    public static IReadOnlyList<(string Name, string Type, string Labels)> Read()
    {
        var families = new List<(string, string, string)>();
        foreach (string line in File.ReadLines(Path.Combine(Repository.Root, "docs/reference/metrics.md")))
        {
            string[] cells = line.Split('|', StringSplitOptions.TrimEntries);
            if (cells.Length == 6 && cells[1].StartsWith('`') && cells[2] is "counter" or "gauge" or "histogram") families.Add((cells[1].Trim('`'), cells[2], cells[3]));
        }

        return families;
    }
}
