using Linkerd.Stats.Reports;

namespace Linkerd.Viz.Tap;

/// <summary>What a path of the tap API names.</summary>
/// <param name="Target">Whose requests.</param>
/// <param name="Resource">The plural, for the access review.</param>
/// <param name="IsTap">Whether it ends in <c>/tap</c>.</param>
internal sealed record TapPath(ResourceRef Target, string Resource, bool IsTap)
{
    /// <summary>Group and version of the API.</summary>
    public const string Root = "/apis/tap.linkerd.io/v1alpha1";

    /// <summary>Parses <c>/apis/tap.linkerd.io/v1alpha1/watch/namespaces/NS[/RESOURCE[/NAME]][/tap]</c>; null for any other path.</summary>
    public static TapPath? Parse(string path)
    {
        const string prefix = Root + "/watch/namespaces/";
        if (!path.StartsWith(prefix, StringComparison.Ordinal))
            return null;
        // All pods of a kind are named by an empty name, which some clients leave as a double slash.
        string[] parts = [.. path[prefix.Length..].Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString)];
        var isTap = parts is [.., _, "tap"];
        if (isTap)
            parts = parts[..^1];
        return parts switch
        {
            [var ns] => new TapPath(new ResourceRef(ResourceKind.Find("namespace")!, ns, ""), "namespaces", isTap),
            [var ns, var plural] when Kind(plural) is { } kind => new TapPath(new ResourceRef(kind, null, ns), plural, isTap),
            [var ns, var plural, var name] when Kind(plural) is { } kind => new TapPath(new ResourceRef(kind, name, ns), plural, isTap),
            _ => null,
        };
    }

    private static ResourceKind? Kind(string plural) => ResourceKind.All.FirstOrDefault(k => k.Plural == plural && k is { OwnsPods: true, Name: not "namespace" });
}
