namespace Linkerd.Inject.Values;

/// <summary>An image; an empty <see cref="Version"/> or <see cref="PullPolicy"/> takes the mesh's own.</summary>
public sealed record ImageValues
{
    /// <summary>Repository without tag.</summary>
    public string Name { get; init; } = "";

    /// <summary>Tag; empty is <see cref="InjectValues.LinkerdVersion"/>.</summary>
    public string Version { get; init; } = "";

    /// <summary>Kubernetes pull policy; empty is <see cref="InjectValues.ImagePullPolicy"/>.</summary>
    public string PullPolicy { get; init; } = "";
}
