using System.Globalization;
using System.Text;
using Linkerd.Charts.Values;

namespace Linkerd.Charts.Functions;

/// <summary>JSON as Go writes it: sorted keys, no spaces, and <c>&lt;</c>, <c>&gt;</c>, <c>&amp;</c> escaped.</summary>
internal static class GoJson
{
    public static string Write(object? value, bool indent, bool escapeHtml = true)
    {
        var text = new StringBuilder();
        Append(text, value, indent ? 0 : -1, escapeHtml);
        return text.ToString();
    }

    private static void Append(StringBuilder text, object? value, int depth, bool html)
    {
        switch (value)
        {
            case null:
                text.Append("null");
                break;
            case double d:
                text.Append(Number(d));
                break;
            case bool or long:
                text.Append(GoFormat.Text(value));
                break;
            case ValueMap map:
                Items(text, '{', '}', map, depth, (key, inner) =>
                {
                    String(text, key.Key, html);
                    text.Append(depth < 0 ? ":" : ": ");
                    Append(text, key.Value, inner, html);
                });
                break;
            case List<object?> list:
                Items(text, '[', ']', list, depth, (item, inner) => Append(text, item, inner, html));
                break;
            default:
                String(text, GoFormat.Text(value), html);
                break;
        }
    }

    private static void Items<T>(StringBuilder text, char open, char close, IReadOnlyCollection<T> items, int depth, Action<T, int> append)
    {
        text.Append(open);
        var inner = depth < 0 ? -1 : depth + 1;
        var first = true;
        foreach (var item in items)
        {
            if (!first)
                text.Append(',');
            first = false;
            NewLine(text, inner);
            append(item, inner);
        }

        if (items.Count > 0)
            NewLine(text, depth);
        text.Append(close);
    }

    private static void NewLine(StringBuilder text, int depth)
    {
        if (depth >= 0)
            text.Append('\n').Append(' ', 2 * depth);
    }

    private static string Number(double value)
    {
        if (!double.IsFinite(value))
            throw new FormatException($"{GoFormat.Float(value)} cannot be written in JSON");
        var magnitude = Math.Abs(value);
        if (magnitude != 0 && (magnitude < 1e-6 || magnitude >= 1e21))
            return GoFormat.Exponential(value).Replace("e-0", "e-", StringComparison.Ordinal);
        return GoFormat.Fixed(value);
    }

    private static void String(StringBuilder text, string value, bool html)
    {
        text.Append('"');
        foreach (var c in value)
        {
            switch (c)
            {
                case '"' or '\\':
                    text.Append('\\').Append(c);
                    break;
                case '\n':
                    text.Append("\\n");
                    break;
                case '\r':
                    text.Append("\\r");
                    break;
                case '\t':
                    text.Append("\\t");
                    break;
                case < ' ' or '\u2028' or '\u2029':
                case '<' or '>' or '&' when html:
                    text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
                    break;
                default:
                    text.Append(c);
                    break;
            }
        }

        text.Append('"');
    }
}
