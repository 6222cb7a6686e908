namespace Linkerd.Inject.Values;

/// <summary>Request and limit of one resource as Kubernetes quantities; empty means not set.</summary>
public sealed record RequestAndLimit
{
    /// <summary>Upper bound.</summary>
    public string Limit { get; init; } = "";

    /// <summary>What the scheduler reserves.</summary>
    public string Request { get; init; } = "";
}
