namespace Linkerd.Architecture.Tests;

/// <summary>One promise of the proxy.</summary>
/// <param name="Section">Heading that it stands under.</param>
/// <param name="Id">Its name in <c>[Proves]</c>.</param>
/// <param name="Statement">What is promised.</param>
/// <param name="Reason">Why no test proves it, or null.</param>
public sealed record ContractRow(string Section, string Id, string Statement, string? Reason)
{
    private const string ReasonMark = "  not proved: ";

    /// <summary>Reads the rows of a contract file; the file says its form in its first lines.</summary>
    /// <exception cref="FormatException">A line is none of the forms.</exception>
    public static IReadOnlyList<ContractRow> Parse(IEnumerable<string> lines)
    {
        var rows = new List<ContractRow>();
        var section = "";
        foreach (var line in lines)
        {
            if (line.StartsWith("## ", StringComparison.Ordinal))
                section = line[3..];
            else if (line.StartsWith(ReasonMark, StringComparison.Ordinal) && rows.Count > 0)
                rows[^1] = rows[^1] with { Reason = line[ReasonMark.Length..] };
            else if (line.Length > 0 && line[0] != '#')
                rows.Add(Row(section, line));
        }

        return rows;
    }

    private static ContractRow Row(string section, string line)
    {
        var colon = line.IndexOf(": ", StringComparison.Ordinal);
        return colon > 0
            ? new ContractRow(section, line[..colon], line[(colon + 2)..], null)
            : throw new FormatException($"\"{line}\" is not \"id: statement\"");
    }
}
