using Linkerd.Inject.Values;

namespace Linkerd.Inject.Transforms;

/// <summary>Options of <c>linkerd inject</c>.</summary>
public sealed record InjectOptions
{
    /// <summary>Values of the mesh with the flags applied; <see cref="Manual"/> renders them.</summary>
    public required InjectValues Values { get; init; }

    /// <summary>Namespace of the control plane.</summary>
    public string ControlPlaneNamespace { get; init; } = "linkerd";

    /// <summary>Writes the complete sidecar instead of the annotation for the webhook.</summary>
    public bool Manual { get; init; }

    /// <summary>What flags changed, as annotations; see <see cref="OverrideAnnotations"/>.</summary>
    public IReadOnlyDictionary<string, string> Overrides { get; init; } = new Dictionary<string, string>();

    /// <summary>Adds the annotation for the debug container.</summary>
    public bool EnableDebugSidecar { get; init; }

    /// <summary>Adds the annotation for nf_conntrack_tcp_timeout_close_wait, a Go duration; empty is not set.</summary>
    public string CloseWaitTimeout { get; init; } = "";

    /// <summary>Version of the API server, if one was asked.</summary>
    public KubernetesVersion? ServerVersion { get; init; }

    /// <summary>Value of <c>linkerd.io/created-by</c> in manual mode.</summary>
    public string CreatedBy { get; init; } = "linkerd/cli";

    /// <summary>Reports the checks that passed too.</summary>
    public bool Verbose { get; init; }

    /// <summary>Colours the marks of the report.</summary>
    public bool Color { get; init; }

    /// <summary>How documents are written.</summary>
    public OutputFormat Format { get; init; } = OutputFormat.Yaml;
}
