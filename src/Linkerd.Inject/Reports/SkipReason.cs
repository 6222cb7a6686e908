namespace Linkerd.Inject.Reports;

/// <summary>Why a workload is not injected: the codes of the metrics and the sentences of reports and events.</summary>
public static class SkipReason
{
    public const string HostNetwork = "host_network_enabled";
    public const string SidecarExists = "sidecar_already_exists";
    public const string Unsupported = "unsupported_resource";
    public const string EnableAnnotationAbsent = "injection_enable_annotation_absent";
    public const string DisableAnnotationPresent = "injection_disable_annotation_present";
    public const string InvalidAnnotationAtWorkload = "invalid_inject_annotation_at_workload";
    public const string InvalidAnnotationAtNamespace = "invalid_inject_annotation_at_ns";
    public const string NoServiceAccountToken = "disabled_automount_service_account_token_account";
    public const string UdpPorts = "udp_ports_enabled";

    /// <summary>The sentence of a code.</summary>
    public static string Sentence(string code) => code switch
    {
        HostNetwork => "hostNetwork is enabled",
        SidecarExists => "pod has a sidecar injected already",
        Unsupported => "this resource kind is unsupported",
        EnableAnnotationAbsent => "neither the namespace nor the pod have the annotation \"linkerd.io/inject:enabled\"",
        DisableAnnotationPresent => "pod has the annotation \"linkerd.io/inject:disabled\"",
        InvalidAnnotationAtWorkload => "invalid value for annotation \"linkerd.io/inject\" at workload",
        InvalidAnnotationAtNamespace => "invalid value for annotation \"linkerd.io/inject\" at namespace",
        NoServiceAccountToken => "automountServiceAccountToken set to \"false\", with Values.identity.serviceAccountTokenProjection set to \"false\"",
        UdpPorts => "UDP port(s) configured on pod spec",
        _ => code,
    };
}
