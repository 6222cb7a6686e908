namespace Linkerd.Model;

/// <summary>Header edits, applied in the order add, set, remove.</summary>
public sealed record HeaderChanges(
    IReadOnlyList<KeyValuePair<string, string>> Add,
    IReadOnlyList<KeyValuePair<string, string>> Set,
    IReadOnlyList<string> Remove);
