using System.Globalization;
using System.Text;

namespace Linkerd.Stats.Store;

/// <summary>Reads the Prometheus text format: one sample a line, <c>name{label="value",…} value [timestamp]</c>.</summary>
public static class ExpositionParser
{
    /// <summary>A longer name with labels is not kept.</summary>
    public const int MaxSeriesLength = 8 * 1024;

    // Whole numbers of so many digits are exact in a double.
    private const int MaxExactDigits = 15;

    /// <summary>Splits a line into the text that names the series and its value; false for comments, empty and malformed lines.</summary>
    public static bool TrySplit(ReadOnlySpan<char> line, out ReadOnlySpan<char> series, out double value)
    {
        series = default;
        value = 0;
        if (line.IsEmpty || line[0] == '#')
            return false;
        var end = EndOfSeries(line);
        if (end <= 0)
            return false;
        series = line[..end].TrimEnd(' ');
        var rest = line[end..].Trim(" \t");
        var space = rest.IndexOf(' ');
        if (space > 0)
            rest = rest[..space];
        return TryParseValue(rest, out value);
    }

    /// <summary>The name of a series.</summary>
    public static string MetricOf(ReadOnlySpan<char> series) =>
        (series.IndexOf('{') is >= 0 and var brace ? series[..Math.Min(brace, MaxSeriesLength)] : series[..Math.Min(series.Length, MaxSeriesLength)]).Trim().ToString();

    /// <summary>Parses <c>name{label="value",…}</c>.</summary>
    public static bool TryParseSeries(ReadOnlySpan<char> text, out string metric, out LabelSet labels)
    {
        metric = "";
        labels = LabelSet.Empty;
        var brace = text.IndexOf('{');
        if (brace < 0)
        {
            metric = text.Trim().ToString();
            return metric.Length > 0;
        }

        metric = text[..brace].Trim().ToString();
        var pairs = new List<KeyValuePair<string, string>>();
        var at = brace + 1;
        while (at < text.Length && text[at] != '}')
        {
            var equals = text[at..].IndexOf('=');
            if (equals < 0 || at + equals + 1 >= text.Length || text[at + equals + 1] != '"')
                return false;
            var name = text.Slice(at, equals).Trim(" ,").ToString();
            at += equals + 2;
            if (!TryReadValue(text, ref at, out var value))
                return false;
            pairs.Add(new(name, value));
            while (at < text.Length && text[at] is ',' or ' ')
                at++;
        }

        labels = LabelSet.Of(pairs);
        return metric.Length > 0 && at < text.Length;
    }

    private static bool TryReadValue(ReadOnlySpan<char> text, ref int at, out string value)
    {
        var end = text[at..].IndexOfAny('"', '\\');
        if (end >= 0 && text[at + end] == '"')
        {
            value = text.Slice(at, end).ToString();
            at += end + 1;
            return true;
        }

        var builder = new StringBuilder();
        value = "";
        while (at < text.Length && text[at] != '"')
        {
            var c = text[at++];
            if (c == '\\' && at < text.Length)
                c = text[at++] switch { 'n' => '\n', var other => other };
            builder.Append(c);
        }

        if (at == text.Length)
            return false;
        at++;
        value = builder.ToString();
        return true;
    }

    private static int EndOfSeries(ReadOnlySpan<char> line)
    {
        var brace = line.IndexOf('{');
        var space = line.IndexOf(' ');
        if (brace < 0 || (space >= 0 && space < brace))
            return space;
        // Behind the labels stand numbers alone, so the last brace closes them, whatever is quoted.
        return line.LastIndexOf('}') is var close && close > brace ? close + 1 : -1;
    }

    private static bool TryParseValue(ReadOnlySpan<char> text, out double value)
    {
        // Counters are whole numbers, and what is read most.
        if (text.Length is > 0 and <= MaxExactDigits && !text.ContainsAnyExceptInRange('0', '9'))
        {
            var whole = 0L;
            foreach (var digit in text)
                whole = (whole * 10) + (digit - '0');
            value = whole;
            return true;
        }

        value = text switch
        {
            "+Inf" or "Inf" => double.PositiveInfinity,
            "-Inf" => double.NegativeInfinity,
            "NaN" => double.NaN,
            _ => 0,
        };
        return value != 0 || double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);
    }
}
