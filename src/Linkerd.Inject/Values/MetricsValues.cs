namespace Linkerd.Inject.Values;

/// <summary>Settings of the proxy's metrics.</summary>
public sealed record MetricsValues
{
    /// <summary>Whether outbound metrics carry a label for the host name. Default false.</summary>
    public bool HostnameLabels { get; init; }
}
