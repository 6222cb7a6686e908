namespace Linkerd.Inject.Values;

/// <summary>Runtime settings of a proxy.</summary>
public sealed record RuntimeValues
{
    /// <summary>Worker threads.</summary>
    public WorkerValues Workers { get; init; } = new();
}
