using System.Globalization;
using System.Text.RegularExpressions;
using Linkerd.Charts.Templates;

namespace Linkerd.Charts.Functions;

/// <summary>A version such as <c>v1.28.3-gke.100+abc</c>; absent numbers are zero.</summary>
internal sealed partial record SemanticVersion(long Major, long Minor, long Patch, string Prerelease, string Metadata, string Original) : ITemplateObject, IComparable<SemanticVersion>
{
    public static SemanticVersion Parse(string text)
    {
        var match = Pattern().Match(text);
        if (!match.Success)
            throw new FormatException($"\"{text}\" is no semantic version");
        return new SemanticVersion(Number(match, "major"), Number(match, "minor"), Number(match, "patch"), match.Groups["pre"].Value, match.Groups["meta"].Value, text);
    }

    /// <inheritdoc/>
    public bool TryGet(string name, IReadOnlyList<object?> arguments, out object? value)
    {
        value = name switch
        {
            "Major" => Major,
            "Minor" => Minor,
            "Patch" => Patch,
            "Prerelease" => Prerelease,
            "Metadata" => Metadata,
            "Original" => Original,
            _ => null,
        };
        return value is not null;
    }

    /// <inheritdoc/>
    public int CompareTo(SemanticVersion? other)
    {
        if (other is null)
            return 1;
        var numbers = (Major, Minor, Patch).CompareTo((other.Major, other.Minor, other.Patch));
        return numbers != 0 ? numbers : ComparePrerelease(Prerelease, other.Prerelease);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Major}.{Minor}.{Patch}{(Prerelease.Length == 0 ? "" : "-" + Prerelease)}{(Metadata.Length == 0 ? "" : "+" + Metadata)}";

    private static int ComparePrerelease(string a, string b)
    {
        if (a == b)
            return 0;
        if (a.Length == 0 || b.Length == 0)
            return a.Length == 0 ? 1 : -1;
        string[] x = a.Split('.'), y = b.Split('.');
        for (var i = 0; i < Math.Min(x.Length, y.Length); i++)
        {
            var isNumberX = ulong.TryParse(x[i], NumberStyles.None, CultureInfo.InvariantCulture, out var numberX);
            var isNumberY = ulong.TryParse(y[i], NumberStyles.None, CultureInfo.InvariantCulture, out var numberY);
            var order = (isNumberX, isNumberY) switch
            {
                (true, true) => numberX.CompareTo(numberY),
                (true, false) => -1,
                (false, true) => 1,
                _ => string.CompareOrdinal(x[i], y[i]),
            };
            if (order != 0)
                return order;
        }

        return x.Length.CompareTo(y.Length);
    }

    private static long Number(Match match, string group) =>
        match.Groups[group].Success && match.Groups[group].Length > 0 ? long.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex(@"^v?(?<major>[0-9]{1,18})(\.(?<minor>[0-9]{1,18}))?(\.(?<patch>[0-9]{1,18}))?(-(?<pre>[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*))?(\+(?<meta>[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*))?\z", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Pattern();
}
