namespace Linkerd.Proxy.Config;

/// <summary>A set of ports.</summary>
public sealed class PortSet
{
    private readonly (int First, int Last)[] _ranges;

    private PortSet((int First, int Last)[] ranges) => _ranges = ranges;

    public static PortSet Empty { get; } = new([]);

    public bool IsEmpty => _ranges.Length == 0;

    /// <summary>Every port in order.</summary>
    public IEnumerable<int> Ports => _ranges.SelectMany(static r => Enumerable.Range(r.First, r.Last - r.First + 1)).Distinct();

    /// <summary>Parses <c>25,587,9000-9010</c>.</summary>
    public static bool TryParse(string text, out PortSet set)
    {
        set = Empty;
        var ranges = new List<(int, int)>();
        foreach (string part in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            string[] ends = part.Split('-', 2);
            if (!Parse(ends[0], out int first)) return false;
            int last = first;
            if (ends.Length == 2 && !Parse(ends[1], out last)) return false;
            if (last < first) return false;
            ranges.Add((first, last));
        }

        set = new PortSet([.. ranges]);
        return true;
    }

    public bool Contains(int port)
    {
        foreach ((int first, int last) in _ranges)
        {
            if (port >= first && port <= last) return true;
        }

        return false;
    }

    private static bool Parse(string text, out int port)
        => int.TryParse(text, System.Globalization.NumberStyles.None, null, out port) && port is >= 0 and <= 65535;
}
