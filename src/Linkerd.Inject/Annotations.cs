namespace Linkerd.Inject;

/// <summary>Annotation keys of the mesh.</summary>
public static class Annotations
{
    /// <summary>enabled, disabled or ingress, on pod templates and namespaces.</summary>
    public const string Inject = "linkerd.io/inject";

    /// <summary>Which program wrote the object.</summary>
    public const string CreatedBy = "linkerd.io/created-by";

    /// <summary>Version of the injected proxy.</summary>
    public const string ProxyVersion = "linkerd.io/proxy-version";

    /// <summary>SHA-256 of the trust anchors at injection.</summary>
    public const string TrustRootSha256 = "linkerd.io/trust-root-sha256";

    /// <summary>Ports that are never detected; also on Services and namespaces.</summary>
    public const string OpaquePorts = Config + "opaque-ports";

    /// <summary>Adds the debug container.</summary>
    public const string EnableDebug = Config + "enable-debug-sidecar";

    /// <summary>Sets nf_conntrack_tcp_timeout_close_wait.</summary>
    public const string CloseWaitTimeout = Config + "close-wait-timeout";

    /// <summary>More variables for the proxy.</summary>
    public const string AdditionalEnv = Config + "proxy-additional-env";

    /// <summary>Prefix of configuration annotations.</summary>
    public const string Config = "config.linkerd.io/";

    /// <summary>Prefix of alpha configuration annotations.</summary>
    public const string ConfigAlpha = "config.alpha.linkerd.io/";

    /// <summary>Prefix of beta configuration annotations.</summary>
    public const string ConfigBeta = "config.beta.linkerd.io/";

    /// <summary>
    /// The configuration that a pod takes over from its namespace unless it has its own, and that the injector's metrics
    /// carry a label for, in the order of those labels.
    /// </summary>
    public static IReadOnlyList<string> ProxyConfiguration { get; } =
    [
        Config + "admin-port", Config + "control-port", EnableDebug, Config + "enable-external-profiles", Config + "image-pull-policy",
        Config + "inbound-port", Config + "outbound-port", Config + "pod-inbound-ports", Config + "proxy-cpu-limit",
        Config + "proxy-cpu-request", Config + "proxy-image", Config + "proxy-admin-shutdown", Config + "proxy-log-format",
        Config + "proxy-log-level", Config + "proxy-log-http-headers", Config + "proxy-memory-limit", Config + "proxy-memory-request",
        Config + "proxy-ephemeral-storage-limit", Config + "proxy-ephemeral-storage-request", Config + "proxy-uid", Config + "proxy-gid",
        Config + "proxy-version", Config + "proxy-require-identity-inbound-ports", Config + "skip-inbound-ports", OpaquePorts,
        Config + "skip-outbound-ports", Config + "proxy-metrics-hostname-labels", Config + "proxy-outbound-connect-timeout",
        Config + "proxy-inbound-connect-timeout", Config + "proxy-await", Config + "default-inbound-policy", Config + "skip-subnets",
        Config + "access-log", Config + "shutdown-grace-period", Config + "proxy-outbound-discovery-cache-unused-timeout",
        Config + "proxy-inbound-discovery-cache-unused-timeout", Config + "proxy-disable-outbound-protocol-detect-timeout",
        Config + "proxy-disable-inbound-protocol-detect-timeout", Config + "proxy-enable-native-sidecar", AdditionalEnv,
    ];

    /// <summary>All keys that a pod takes over from its namespace.</summary>
    public static IReadOnlyList<string> Inherited { get; } =
    [
        .. ProxyConfiguration, ConfigAlpha + "proxy-wait-before-exit-seconds", ConfigAlpha + "proxy-enable-native-sidecar",
        ConfigBeta + "proxy-enable-native-sidecar", Inject,
    ];
}
