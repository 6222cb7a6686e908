using System.Text.RegularExpressions;

namespace Linkerd.Local.Api;

/// <summary>The order of versions in discovery: v2, v1, v2beta1, v1beta1, v1alpha1.</summary>
internal static partial class VersionRank
{
    public static long Of(string version)
    {
        var match = Pattern().Match(version);
        if (!match.Success) return -1;
        var stage = match.Groups[2].Value switch { "" => 2L, "beta" => 1L, _ => 0L };
        var major = long.Parse(match.Groups[1].Value);
        var minor = match.Groups[3].Value.Length > 0 ? long.Parse(match.Groups[3].Value) : 0;
        return (stage << 40) + (major << 20) + minor;
    }

    [GeneratedRegex(@"^v(\d{1,5})(?:(alpha|beta)(\d{1,5}))?$")]
    private static partial Regex Pattern();
}
