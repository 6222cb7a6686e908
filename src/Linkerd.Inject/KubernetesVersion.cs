using System.Globalization;

namespace Linkerd.Inject;

/// <summary>Version of an API server, as far as injection depends on it.</summary>
public readonly record struct KubernetesVersion(int Major, int Minor)
{
    /// <summary>
    /// Whether init containers may have <c>restartPolicy: Always</c>: from 1.29 the feature is on by default. An older
    /// server drops the field, and the pod would wait for its proxy to finish for ever.
    /// </summary>
    public bool HasNativeSidecars => Major > 1 || (Major == 1 && Minor >= 29);

    /// <summary>Reads the members of <c>/version</c>; providers append signs such as <c>27+</c>.</summary>
    public static KubernetesVersion? Parse(string? major, string? minor) =>
        Number(major) is { } a && Number(minor) is { } b ? new(a, b) : null;

    /// <summary>Reads a git version such as <c>v1.29.3+k3s1</c>.</summary>
    public static KubernetesVersion? Parse(string? gitVersion)
    {
        var parts = (gitVersion ?? "").TrimStart('v').Split('.');
        return parts.Length < 2 ? null : Parse(parts[0], parts[1]);
    }

    private static int? Number(string? text)
    {
        var span = (text ?? "").AsSpan().Trim();
        var digits = span.IndexOfAnyExceptInRange('0', '9');
        return int.TryParse(digits < 0 ? span : span[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
    }
}
