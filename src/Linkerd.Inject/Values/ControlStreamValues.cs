namespace Linkerd.Inject.Values;

/// <summary>Limits of the proxy's streams to the control plane, as Go durations.</summary>
public sealed record ControlStreamValues
{
    /// <summary>Until the first message. Default 3s.</summary>
    public string InitialTimeout { get; init; } = "3s";

    /// <summary>Between messages. Default 5m.</summary>
    public string IdleTimeout { get; init; } = "5m";

    /// <summary>Of the stream as a whole. Default 1h.</summary>
    public string Lifetime { get; init; } = "1h";
}
