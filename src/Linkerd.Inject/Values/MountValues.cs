namespace Linkerd.Inject.Values;

/// <summary>A volume and where it is mounted.</summary>
public sealed record MountValues
{
    /// <summary>Volume name.</summary>
    public string Name { get; init; } = "";

    /// <summary>Absolute path in the container.</summary>
    public string MountPath { get; init; } = "";
}
