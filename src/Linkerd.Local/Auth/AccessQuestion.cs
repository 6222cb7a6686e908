namespace Linkerd.Local.Auth;

/// <summary>May a user do this? Either a verb on a resource, or a verb on a path.</summary>
internal sealed record AccessQuestion
{
    public required string Verb { get; init; }

    public string Group { get; init; } = "";

    public string Resource { get; init; } = "";

    public string Subresource { get; init; } = "";

    public string Namespace { get; init; } = "";

    public string Name { get; init; } = "";

    /// <summary>The path, when this is not about a resource.</summary>
    public string? Path { get; init; }

    public string FullResource => Subresource.Length == 0 ? Resource : $"{Resource}/{Subresource}";
}
