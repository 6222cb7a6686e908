namespace Linkerd.Controller.Common.Kubernetes;

/// <summary>Annotations that the control plane reads.</summary>
internal static class MeshAnnotation
{
    public const string OpaquePorts = "config.linkerd.io/opaque-ports";
    public const string SkipInboundPorts = "config.linkerd.io/skip-inbound-ports";
    public const string DefaultInboundPolicy = "config.linkerd.io/default-inbound-policy";
    public const string RequireIdentityPorts = "config.linkerd.io/proxy-require-identity-inbound-ports";
}
