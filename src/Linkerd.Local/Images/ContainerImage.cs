namespace Linkerd.Local.Images;

/// <summary>What an image name resolved to.</summary>
internal sealed record ContainerImage
{
    /// <summary>The name as the pod gives it.</summary>
    public required string Name { get; init; }

    /// <summary>Identifies the content, for <c>imageID</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Whether the machine's own root is below: its tools and libraries are there.</summary>
    public bool OnHost { get; init; }

    /// <summary>A folder whose content comes first; null for nothing but the host's root.</summary>
    public string? Layer { get; init; }

    /// <summary>Command where the pod has none.</summary>
    public IReadOnlyList<string> Entrypoint { get; init; } = [];

    /// <summary>Arguments where the pod has neither command nor arguments.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Variables, <c>NAME=value</c>.</summary>
    public IReadOnlyList<string> Environment { get; init; } = [];

    /// <summary>Working folder; empty for the root.</summary>
    public string WorkingFolder { get; init; } = "";

    /// <summary>User, as <c>uid[:gid]</c> or a name of the image's passwd; empty for root.</summary>
    public string User { get; init; } = "";
}
