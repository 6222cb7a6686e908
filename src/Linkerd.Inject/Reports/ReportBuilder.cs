using System.Text.Json.Nodes;
using Linkerd.Inject.Values;

namespace Linkerd.Inject.Reports;

/// <summary>Reads a workload and says whether it may be injected.</summary>
internal static class ReportBuilder
{
    private static readonly string[] SidecarNames = ["linkerd-proxy", "istio-proxy"];
    private static readonly string[] InitNames = ["linkerd-init", "istio-init"];
    private static readonly string[] SidecarImages = ["cr.l5d.io/linkerd/proxy:", "gcr.io/istio-release/proxyv2:"];
    private static readonly string[] InitImages = ["cr.l5d.io/linkerd/proxy-init:", "gcr.io/istio-release/proxy_init:"];

    public static InjectReport Build(Workload workload, InjectValues values, InjectOrigin origin, IReadOnlyDictionary<string, string> namespaceAnnotations)
    {
        var report = new InjectReport
        {
            Kind = workload.Kind,
            Name = workload.Name,
            UnsupportedResource = !workload.HasPodTemplate,
            Annotatable = workload.HasPodTemplate || workload.IsService || workload.IsNamespace,
        };
        if (!workload.HasPodTemplate)
            return report;
        var (disabled, reason, at) = Decide(workload, origin, namespaceAnnotations);
        return report with
        {
            HostNetwork = workload.PodSpec.Bool("hostNetwork") ?? false,
            Sidecar = HasSidecar(workload.PodSpec!),
            Udp = workload.PodSpec.Objects("containers").SelectMany(c => c.Objects("ports")).Any(p => p.String("protocol") == "UDP"),
            InjectDisabled = disabled,
            InjectDisabledReason = reason,
            InjectAnnotationAt = at,
            AutomountServiceAccountToken = values.Identity.ServiceAccountTokenProjection || HasToken(workload, origin),
        };
    }

    /// <summary>Without a projected token of its own the proxy needs the one that Kubernetes mounts.</summary>
    private static bool HasToken(Workload workload, InjectOrigin origin) =>
        workload.PodSpec.Bool("automountServiceAccountToken") != false && (origin == InjectOrigin.Cli || InheritedSettings.ServiceAccountMount(workload) is not null);

    private static bool HasSidecar(JsonObject spec)
    {
        var inits = spec.Objects("initContainers").ToArray();
        return inits.Concat(spec.Objects("containers")).Any(c => Matches(c, SidecarNames, SidecarImages)) || inits.Any(c => Matches(c, InitNames, InitImages));
    }

    private static bool Matches(JsonObject container, string[] names, string[] images) =>
        names.Contains(container.String("name")) || images.Any(i => container.String("image")?.StartsWith(i, StringComparison.Ordinal) ?? false);

    private static (bool Disabled, string Reason, string At) Decide(Workload workload, InjectOrigin origin, IReadOnlyDictionary<string, string> namespaceAnnotations)
    {
        var pod = workload.PodAnnotations.GetValueOrDefault(Annotations.Inject, "");
        if (origin == InjectOrigin.Cli)
            return (pod == "disabled", "", "");
        var ns = namespaceAnnotations.GetValueOrDefault(Annotations.Inject, "");
        if (ns is not ("" or "enabled" or "disabled" or "ingress"))
            return (true, SkipReason.InvalidAnnotationAtNamespace, "");
        if (pod is not ("" or "enabled" or "disabled" or "ingress"))
            return (true, SkipReason.InvalidAnnotationAtWorkload, "");
        if (ns is "enabled" or "ingress")
            return pod == "disabled" ? (true, SkipReason.DisableAnnotationPresent, "workload") : (false, "", "namespace");
        return pod is "enabled" or "ingress" ? (false, "", "workload") : (true, SkipReason.EnableAnnotationAbsent, "");
    }
}
