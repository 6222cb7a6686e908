namespace Linkerd.Inject.Values;

/// <summary>What linkerd-network-validator is made from: with CNI it proves that the redirect works.</summary>
public sealed record NetworkValidatorValues
{
    /// <summary>Log level. Default debug.</summary>
    public string LogLevel { get; init; } = "debug";

    /// <summary>Log format. Default plain.</summary>
    public string LogFormat { get; init; } = "plain";

    /// <summary>Where to connect; empty is 1.1.1.1:20001, or [fd00::1]:20001 with IPv6.</summary>
    public string ConnectAddr { get; init; } = "";

    /// <summary>Where to listen; empty is 0.0.0.0:4140, or [::]:4140 with IPv6.</summary>
    public string ListenAddr { get; init; } = "";

    /// <summary>How long to wait. Default 10s.</summary>
    public string Timeout { get; init; } = "10s";

    /// <summary>Whether a security context is written. Default true.</summary>
    public bool EnableSecurityContext { get; init; } = true;
}
