namespace Linkerd.Inject.Values;

/// <summary>Linux capabilities added and dropped.</summary>
public sealed record CapabilityValues
{
    /// <summary>Added.</summary>
    public IReadOnlyList<string> Add { get; init; } = [];

    /// <summary>Dropped.</summary>
    public IReadOnlyList<string> Drop { get; init; } = [];
}
