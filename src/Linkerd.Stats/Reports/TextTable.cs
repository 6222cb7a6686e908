using System.Text;

namespace Linkerd.Stats.Reports;

/// <summary>A table of text: the first columns aligned left, the others right, three spaces apart, no trailing spaces.</summary>
public sealed class TextTable(int leftAligned, params string[] header)
{
    private readonly List<string[]> _rows = [header];

    /// <summary>Adds a row; it must have as many cells as the header.</summary>
    public void Add(params string[] cells)
    {
        if (cells.Length != _rows[0].Length)
            throw new ArgumentException($"a row has {cells.Length} cells, the header {_rows[0].Length}", nameof(cells));
        _rows.Add(cells);
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        var widths = Enumerable.Range(0, _rows[0].Length).Select(c => _rows.Max(r => r[c].EnumerateRunes().Count())).ToArray();
        var text = new StringBuilder();
        foreach (var row in _rows)
        {
            var line = new StringBuilder();
            for (var c = 0; c < row.Length; c++)
            {
                var pad = new string(' ', widths[c] - row[c].EnumerateRunes().Count());
                line.Append(c == 0 ? "" : "   ").Append(c < leftAligned ? row[c] + pad : pad + row[c]);
            }

            text.Append(line.ToString().TrimEnd()).Append('\n');
        }

        return text.ToString();
    }
}
