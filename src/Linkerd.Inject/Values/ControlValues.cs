namespace Linkerd.Inject.Values;

/// <summary>Settings of the proxy's control-plane clients.</summary>
public sealed record ControlValues
{
    /// <summary>Stream limits.</summary>
    public ControlStreamValues Streams { get; init; } = new();
}
