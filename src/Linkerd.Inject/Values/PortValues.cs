namespace Linkerd.Inject.Values;

/// <summary>Ports of the proxy inside its pod.</summary>
public sealed record PortValues
{
    /// <summary>Admin HTTP server. Default 4191.</summary>
    public int Admin { get; init; } = 4191;

    /// <summary>Tap server. Default 4190.</summary>
    public int Control { get; init; } = 4190;

    /// <summary>Where redirected inbound connections arrive. Default 4143.</summary>
    public int Inbound { get; init; } = 4143;

    /// <summary>Where redirected outbound connections arrive. Default 4140.</summary>
    public int Outbound { get; init; } = 4140;
}
