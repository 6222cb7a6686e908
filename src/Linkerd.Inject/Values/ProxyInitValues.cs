using System.Text.Json.Serialization;

namespace Linkerd.Inject.Values;

/// <summary>What linkerd-init is made from; names and defaults of the chart's <c>proxyInit</c> block.</summary>
public sealed record ProxyInitValues
{
    /// <summary><c>nft</c> or <c>legacy</c>. Default nft.</summary>
    public string IptablesMode { get; init; } = "nft";

    /// <summary>Ports and ranges whose inbound traffic bypasses the proxy.</summary>
    public string IgnoreInboundPorts { get; init; } = "4567,4568";

    /// <summary>Ports and ranges whose outbound traffic bypasses the proxy.</summary>
    public string IgnoreOutboundPorts { get; init; } = "4567,4568";

    /// <summary>Ports of the API server, which control-plane pods reach directly.</summary>
    [JsonPropertyName("kubeAPIServerPorts")]
    public string KubeApiServerPorts { get; init; } = "443,6443";

    /// <summary>CIDRs whose inbound traffic bypasses the proxy.</summary>
    public string SkipSubnets { get; init; } = "";

    /// <summary>Log level; empty is the program's default.</summary>
    public string LogLevel { get; init; } = "";

    /// <summary>Log format; empty is the program's default.</summary>
    public string LogFormat { get; init; } = "";

    /// <summary>Seconds of nf_conntrack_tcp_timeout_close_wait; 0 leaves it alone, else privileged and root are needed.</summary>
    public long CloseWaitTimeoutSecs { get; init; }

    /// <summary>Runs privileged. Default false.</summary>
    public bool Privileged { get; init; }

    /// <summary>Runs as root. Default false.</summary>
    public bool RunAsRoot { get; init; }

    /// <summary>User id; 0 is 65534.</summary>
    public long RunAsUser { get; init; } = 65534;

    /// <summary>Group id; 0 is 65534.</summary>
    public long RunAsGroup { get; init; } = 65534;

    /// <summary>Volume of the lock file of iptables.</summary>
    public MountValues XtMountPath { get; init; } = new() { Name = "linkerd-proxy-init-xtables-lock", MountPath = "/run" };

    /// <summary>Capabilities of the application's first container, less the drops that would disarm iptables.</summary>
    [JsonIgnore]
    public CapabilityValues? Capabilities { get; init; }
}
