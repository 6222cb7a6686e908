using System.Globalization;
using Linkerd.Inject.Parsing;
using GoDuration = Linkerd.Model.GoDuration;

namespace Linkerd.Inject;

/// <summary>Reads typed values from annotations. A value that cannot be read is left at what it was and said in the warnings.</summary>
internal sealed class AnnotationReader(IReadOnlyDictionary<string, string> annotations, List<string> warnings)
{
    public string Text(string key, string current) => annotations.GetValueOrDefault(key, current);

    public bool Bool(string key, bool current)
    {
        if (!annotations.TryGetValue(key, out var text))
            return current;
        return GoBool.TryParse(text, out var value) ? value : Refuse(key, text, "true or false", current);
    }

    public bool Switch(string key, bool current)
    {
        if (!annotations.TryGetValue(key, out var text))
            return current;
        return text is "enabled" or "disabled" ? text == "enabled" : Refuse(key, text, "enabled or disabled", current);
    }

    public int Port(string key, int current)
    {
        if (!annotations.TryGetValue(key, out var text))
            return current;
        return PortList.TryParseRange(text, out var lower, out var upper) && lower == upper ? lower : Refuse(key, text, "a port of 1 to 65535", current);
    }

    public long Number(string key, long current)
    {
        if (!annotations.TryGetValue(key, out var text))
            return current;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : Refuse(key, text, "a number", current);
    }

    public string Choice(string key, string current, params ReadOnlySpan<string> choices)
    {
        if (!annotations.TryGetValue(key, out var text))
            return current;
        return choices.Contains(text) ? text : Refuse(key, text, "one of " + string.Join(", ", choices), current);
    }

    public string Milliseconds(string key, string current) => Duration(key, current, t => $"{(long)t.TotalMilliseconds}ms");

    public string Seconds(string key, string current) => Duration(key, current, t => $"{(long)t.TotalSeconds}s");

    public TimeSpan? Duration(string key)
    {
        if (!annotations.TryGetValue(key, out var text) || text.Length == 0)
            return null;
        return GoDuration.TryParse(text, out var value) ? value : Refuse<TimeSpan?>(key, text, "a duration such as 10s or 1m30s", null);
    }

    public decimal? Quantity(string key)
    {
        if (!annotations.TryGetValue(key, out var text))
            return null;
        return Parsing.Quantity.TryParse(text, out var value) ? value : Refuse<decimal?>(key, text, "a quantity such as 100m or 20Mi", null);
    }

    public double Ratio(string key, double current)
    {
        if (!annotations.TryGetValue(key, out var text))
            return current;
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value is > 0 and < 1
            ? value
            : Refuse(key, text, "a number between 0 and 1", current);
    }

    private string Duration(string key, string current, Func<TimeSpan, string> format) => Duration(key) is { } value ? format(value) : current;

    private T Refuse<T>(string key, string text, string wanted, T current)
    {
        warnings.Add($"annotation {key}: \"{text}\" is ignored; it must be {wanted}");
        return current;
    }
}
