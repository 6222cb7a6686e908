using Linkerd.Charts.Values;

namespace Linkerd.Charts;

/// <summary>One rendered object.</summary>
/// <param name="Source">The template that it comes from.</param>
/// <param name="Text">Its YAML as rendered, ending with a newline.</param>
/// <param name="Content">The same, parsed.</param>
public sealed record Manifest(string Source, string Text, ValueMap Content)
{
    /// <summary>Kind; empty where it has none.</summary>
    public string Kind => Content.Find("kind") as string ?? "";

    /// <summary>Name; empty where it has none.</summary>
    public string Name => Content.Find("metadata.name") as string ?? "";

    /// <summary>Namespace; empty where it has none.</summary>
    public string Namespace => Content.Find("metadata.namespace") as string ?? "";
}
