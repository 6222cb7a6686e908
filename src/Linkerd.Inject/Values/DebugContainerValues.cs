namespace Linkerd.Inject.Values;

/// <summary>The debug container.</summary>
public sealed record DebugContainerValues
{
    /// <summary>Image.</summary>
    public ImageValues Image { get; init; } = new() { Name = "ghcr.io/linkerd-cs/debug" };
}
