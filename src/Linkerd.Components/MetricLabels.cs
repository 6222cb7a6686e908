using System.Text;

namespace Linkerd.Components;

/// <summary>Labels in the Prometheus text form.</summary>
internal static class MetricLabels
{
    /// <summary><c>name="value",…</c> without braces; empty for no labels.</summary>
    public static string Format(string family, ReadOnlySpan<string> names, ReadOnlySpan<string> values)
    {
        if (values.Length != names.Length)
            throw new ArgumentException($"{family} has {names.Length} labels, {values.Length} values were given", nameof(values));
        var text = new StringBuilder();
        for (var i = 0; i < values.Length; i++)
        {
            var value = values[i].Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
            text.Append(i == 0 ? "" : ",").Append(names[i]).Append("=\"").Append(value).Append('"');
        }

        return text.ToString();
    }
}
