using System.Globalization;
using System.Text.RegularExpressions;

namespace Linkerd.Cli.Commands;

/// <summary>Durations of flags.</summary>
internal static partial class Durations
{
    /// <summary>A duration such as <c>30s</c>, <c>5m</c> or <c>1m30s</c>; null when it is none.</summary>
    public static TimeSpan? Parse(string text)
    {
        var match = Pattern().Match(text);
        return match.Success && text.Length > 0 ? new TimeSpan(Part("h"), Part("m"), Part("s")) : null;

        int Part(string name) => match.Groups[name].Length == 0 ? 0 : int.Parse(match.Groups[name].ValueSpan, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"^((?<h>[0-9]{1,4})h)?((?<m>[0-9]{1,6})m)?((?<s>[0-9]{1,6})s)?\z", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Pattern();
}
