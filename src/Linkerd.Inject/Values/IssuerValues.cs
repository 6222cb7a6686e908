namespace Linkerd.Inject.Values;

/// <summary>The issuer of proxy certificates.</summary>
public sealed record IssuerValues
{
    /// <summary><c>linkerd.io/tls</c> or <c>kubernetes.io/tls</c>: the key names of the Secret.</summary>
    public string Scheme { get; init; } = "linkerd.io/tls";

    /// <summary>Lifetime of proxy certificates. Default 24h0m0s.</summary>
    public string IssuanceLifetime { get; init; } = "24h0m0s";

    /// <summary>Tolerated clock difference. Default 20s.</summary>
    public string ClockSkewAllowance { get; init; } = "20s";
}
