using System.Globalization;

namespace Linkerd.Inject.Parsing;

/// <summary>Lists of ports and ranges as annotations write them: <c>25,587,3000-4000</c>, names of container ports allowed.</summary>
internal static class PortList
{
    /// <summary>
    /// Names become numbers; an entry that is neither a port nor a range is left out and said in <paramref name="warnings"/>.
    /// </summary>
    public static string Normalize(string text, IReadOnlyDictionary<string, int> namedPorts, List<string> warnings)
    {
        var ports = new List<string>();
        foreach (var entry in Split(text))
        {
            if (namedPorts.TryGetValue(entry, out var port))
                ports.Add(port.ToString(CultureInfo.InvariantCulture));
            else if (TryParseRange(entry, out var lower, out var upper))
                ports.Add(lower == upper ? $"{lower}" : $"{lower}-{upper}");
            else
                warnings.Add($"invalid port range \"{entry}\": use a port of 1 to 65535, a range such as 3000-4000, or the name of a container port");
        }
        return string.Join(',', ports);
    }

    public static IEnumerable<string> Split(string text) =>
        text.EndsWith(',') ? text[..^1].Split(',').Select(p => p.Trim()) : text.Split(',').Select(p => p.Trim());

    public static bool TryParseRange(string text, out int lower, out int upper)
    {
        var dash = text.IndexOf('-');
        if (dash < 0)
        {
            upper = 0;
            if (!TryParsePort(text, out lower))
                return false;
            upper = lower;
            return true;
        }
        upper = 0;
        return TryParsePort(text.AsSpan(0, dash), out lower) && TryParsePort(text.AsSpan(dash + 1), out upper) && lower <= upper;
    }

    private static bool TryParsePort(ReadOnlySpan<char> text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is > 0 and <= 65535;
}
