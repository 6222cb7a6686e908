namespace Linkerd.Model;

/// <summary>Matches a path or a value.</summary>
public sealed record TextMatch(TextMatchKind Kind, string Text);
