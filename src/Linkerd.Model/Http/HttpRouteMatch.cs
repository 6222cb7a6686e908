namespace Linkerd.Model;

/// <summary>One way for a request to match an HTTP rule: all given parts must match.</summary>
public sealed record HttpRouteMatch
{
    public TextMatch? Path { get; init; }

    public IReadOnlyList<NamedMatch> Headers { get; init; } = [];

    public IReadOnlyList<NamedMatch> QueryParameters { get; init; } = [];

    /// <summary>Null for any.</summary>
    public string? Method { get; init; }
}
