namespace Linkerd.Inject.Values;

/// <summary>Where proxies send spans.</summary>
public sealed record CollectorValues
{
    /// <summary>Host and port.</summary>
    public string Endpoint { get; init; } = "";

    /// <summary>The collector's identity.</summary>
    public MeshIdentityValues MeshIdentity { get; init; } = new();
}
