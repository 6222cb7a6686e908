using System.Text.Json.Serialization;

namespace Linkerd.Inject.Values;

/// <summary>Resources of a container.</summary>
public sealed record ResourceValues
{
    /// <summary>CPU.</summary>
    public RequestAndLimit Cpu { get; init; } = new();

    /// <summary>Memory.</summary>
    public RequestAndLimit Memory { get; init; } = new();

    /// <summary>Ephemeral storage.</summary>
    [JsonPropertyName("ephemeral-storage")]
    public RequestAndLimit EphemeralStorage { get; init; } = new();
}
