using System.Globalization;

namespace Linkerd.Components;

/// <summary>Ports and ranges of ports, as annotations write them: <c>25,587,3000-4000</c>.</summary>
internal sealed class PortSet : IEquatable<PortSet>
{
    private readonly (ushort Low, ushort High)[] _ranges;

    private PortSet((ushort, ushort)[] ranges) => _ranges = ranges;

    /// <summary>No port.</summary>
    public static PortSet Empty { get; } = new([]);

    public bool Contains(int port)
    {
        foreach (var (low, high) in _ranges)
        {
            if (port >= low && port <= high)
                return true;
        }

        return false;
    }

    /// <summary>Parses a list; an entry that is neither a port, a range nor a known name is left out and told.</summary>
    /// <param name="text">The list; null or empty is the empty set.</param>
    /// <param name="named">Ports by name, or null.</param>
    /// <param name="invalid">Hears of each entry left out.</param>
    public static PortSet Parse(string? text, IReadOnlyDictionary<string, int>? named = null, Action<string>? invalid = null)
    {
        if (string.IsNullOrWhiteSpace(text))
            return Empty;
        var ranges = new List<(ushort, ushort)>();
        foreach (var entry in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (named is not null && named.TryGetValue(entry, out var port) && port is > 0 and <= ushort.MaxValue)
                ranges.Add(((ushort)port, (ushort)port));
            else if (TryRange(entry, out var range))
                ranges.Add(range);
            else
                invalid?.Invoke(entry);
        }

        return ranges.Count == 0 ? Empty : new PortSet([.. ranges]);
    }

    public bool Equals(PortSet? other) => other is not null && _ranges.AsSpan().SequenceEqual(other._ranges);

    public override bool Equals(object? obj) => Equals(obj as PortSet);

    public override int GetHashCode() => _ranges.Length == 0 ? 0 : HashCode.Combine(_ranges.Length, _ranges[0]);

    public override string ToString() => string.Join(',', _ranges.Select(static r => r.Low == r.High ? $"{r.Low}" : $"{r.Low}-{r.High}"));

    private static bool TryRange(string entry, out (ushort Low, ushort High) range)
    {
        var dash = entry.IndexOf('-', StringComparison.Ordinal);
        var low = dash < 0 ? entry : entry[..dash];
        var high = dash < 0 ? entry : entry[(dash + 1)..];
        range = default;
        return TryPort(low, out range.Low) && TryPort(high, out range.High) && range.Low <= range.High;
    }

    private static bool TryPort(string text, out ushort port) =>
        ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port > 0;
}
