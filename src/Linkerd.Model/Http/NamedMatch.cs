namespace Linkerd.Model;

/// <summary>Matches a header or query parameter by name and value.</summary>
public sealed record NamedMatch(string Name, TextMatch Value);
