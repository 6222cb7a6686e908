using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Linkerd.Inject.Containers;
using Linkerd.Inject.Patch;
using Linkerd.Inject.Reports;
using Linkerd.Inject.Values;

namespace Linkerd.Inject;

/// <summary>Decides on injection and writes it as a JSON patch. Pure: the same request gives the same patch.</summary>
public static class Injector
{
    /// <summary>What the webhook answers: a proxy where the rules allow it, else at most the opaque-ports annotation.</summary>
    /// <exception cref="InjectException">The values contradict each other.</exception>
    public static Injection Inject(InjectionRequest request)
    {
        var workload = Workload.Of(request.Resource, request.Kind);
        var report = ReportBuilder.Build(workload, request.Values, request.Origin, request.NamespaceAnnotations);
        if (report.Injectable)
            return InjectProxy(request, workload, report);
        var ports = OpaquePorts.Annotation(workload, request.Values, request.NamespaceAnnotations);
        if (ports is null || !(workload.IsPod || workload.IsService))
            return new Injection(report, null, false, []);
        var patch = new PatchBuilder("");
        if (workload.Annotations.Count == 0)
            patch.Add("/metadata/annotations", new JsonObject());
        patch.AddMember("/metadata/annotations", Annotations.OpaquePorts, ports);
        return new Injection(report, patch.Operations, false, []);
    }

    /// <summary>What <c>linkerd inject</c> does by default: annotations alone, for the webhook to act on.</summary>
    internal static Injection Annotate(InjectionRequest request)
    {
        var workload = Workload.Of(request.Resource, request.Kind);
        var report = ReportBuilder.Build(workload, request.Values, request.Origin, request.NamespaceAnnotations);
        var patch = new PatchBuilder(workload.PathPrefix);
        AddAnnotations(patch, workload, new SortedDictionary<string, string>(request.AddedAnnotations.ToDictionary(), StringComparer.Ordinal));
        return new Injection(report, patch.Operations, false, []);
    }

    private static Injection InjectProxy(InjectionRequest request, Workload workload, InjectReport report)
    {
        var warnings = new List<string>();
        var added = AnnotationsToAdd(request, workload);
        var labels = LabelsToAdd(request, workload);
        var values = EffectiveValues(request, workload, added, labels, warnings);
        CheckNetworks(values.ClusterNetworks);

        // Both go in last, so that configuration is never read from them.
        added[Annotations.ProxyVersion] = values.Proxy.Image.Version.Length != 0 ? values.Proxy.Image.Version : values.LinkerdVersion;
        added[Annotations.TrustRootSha256] = TrustRootHash(values.IdentityTrustAnchorsPem);

        var patch = new PatchBuilder(workload.PathPrefix);
        AddAnnotations(patch, workload, added);
        if (workload.PodLabels.Count == 0)
            patch.Add("/metadata/labels", new JsonObject());
        foreach (var (key, value) in labels)
            patch.AddMember("/metadata/labels", key, value);
        AddContainers(patch, workload, values, request.ControlPlaneNamespace, IsDebugEnabled(workload, added, warnings));
        return new Injection(report, patch.Operations, true, warnings);
    }

    /// <summary>Hex SHA-256 of a bundle, as the annotation of injected pods carries it.</summary>
    public static string TrustRootHash(string pem) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(pem)));

    private static SortedDictionary<string, string> AnnotationsToAdd(InjectionRequest request, Workload workload)
    {
        var added = new SortedDictionary<string, string>(request.AddedAnnotations.ToDictionary(), StringComparer.Ordinal);
        if (request.CreatedBy is not null)
            added[Annotations.CreatedBy] = request.CreatedBy;
        if (request.Origin == InjectOrigin.Cli)
            return added;
        foreach (var key in Annotations.Inherited)
        {
            if (!workload.PodAnnotations.ContainsKey(key) && request.NamespaceAnnotations.TryGetValue(key, out var inherited))
                added[key] = inherited;
        }
        if (!added.ContainsKey(Annotations.OpaquePorts) && !workload.PodAnnotations.ContainsKey(Annotations.OpaquePorts))
        {
            var defaults = OpaquePorts.OfPod(workload, request.Values.Proxy.OpaquePorts.Split(','));
            if (defaults.Count != 0)
                added[Annotations.OpaquePorts] = string.Join(',', defaults);
        }
        return added;
    }

    private static SortedDictionary<string, string> LabelsToAdd(InjectionRequest request, Workload workload)
    {
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            [Labels.ControlPlaneNamespace] = request.ControlPlaneNamespace,
            [Labels.WorkloadNamespace] = request.Namespace ?? workload.Namespace,
        };
        var owner = workload.IsPod ? request.Owner : (workload.Kind, workload.Name);
        if (owner is { } known && Labels.ProxyOwner(known.Kind) is { } key)
            labels[key] = known.Name;
        return labels;
    }

    private static InjectValues EffectiveValues(
        InjectionRequest request, Workload workload, SortedDictionary<string, string> added, SortedDictionary<string, string> addedLabels, List<string> warnings)
    {
        var annotations = Overlay(workload.PodAnnotations, added);
        var labels = Overlay(workload.PodLabels, addedLabels);
        var values = AnnotationOverrides.Apply(request.Values, annotations, labels, InheritedSettings.NamedPorts(workload), warnings);
        var proxy = AnnotationOverrides.AddEnvironment(values.Proxy, request.NamespaceAnnotations.GetValueOrDefault(Annotations.AdditionalEnv), warnings);
        proxy = AnnotationOverrides.AddEnvironment(proxy, workload.PodAnnotations.GetValueOrDefault(Annotations.AdditionalEnv), warnings);
        var capabilities = InheritedSettings.Capabilities(workload);
        proxy = proxy with
        {
            PodInboundPorts = proxy.PodInboundPorts ?? InheritedSettings.InboundPorts(workload),
            Capabilities = capabilities,
            SaMountPath = InheritedSettings.ServiceAccountMount(workload),
            NativeSidecar = proxy.NativeSidecar && (request.ServerVersion?.HasNativeSidecars ?? false),
        };
        // linkerd-init cannot work without the two capabilities, whatever the application drops.
        var init = capabilities is null
            ? values.ProxyInit
            : values.ProxyInit with { Capabilities = capabilities with { Drop = [.. capabilities.Drop.Where(d => d is not ("NET_RAW" or "NET_ADMIN"))] } };
        return values with { Proxy = proxy, ProxyInit = init };
    }

    private static void AddAnnotations(PatchBuilder patch, Workload workload, SortedDictionary<string, string> added)
    {
        if (workload.PodMetadata is null)
            patch.Add("/metadata", new JsonObject());
        if (workload.PodAnnotations.Count == 0)
            patch.Add("/metadata/annotations", new JsonObject());
        foreach (var (key, value) in added)
            patch.AddMember("/metadata/annotations", key, value);
    }

    /// <summary>
    /// The order is the chart's. A native proxy comes right after linkerd-init, before the pod's own init containers, so
    /// that they are meshed too; a classic one is the first container, whose postStart holds the others back.
    /// </summary>
    private static void AddContainers(PatchBuilder patch, Workload workload, InjectValues values, string controlPlaneNamespace, bool debug)
    {
        var native = values.Proxy.NativeSidecar;
        if (workload.PodSpec.Array("volumes") is not { Count: > 0 })
            patch.Add("/spec/volumes", new JsonArray());
        if (workload.PodSpec.Array("initContainers") is not { Count: > 0 })
            patch.Add("/spec/initContainers", new JsonArray());
        var first = native ? "/spec/initContainers/0" : "/spec/initContainers/-";
        if (values.CniEnabled)
        {
            patch.Add(first, ValidatorContainer.Build(values));
        }
        else
        {
            patch.Add("/spec/volumes/-", Volumes.XtablesLock(values.ProxyInit));
            patch.Add(first, InitContainer.Build(values));
        }
        if (debug)
            patch.Add("/spec/containers/-", DebugContainer.Build(values));
        patch.Add("/spec/volumes/-", Volumes.EndEntity());
        if (values.Proxy.Tracing.Enabled)
            patch.Add("/spec/volumes/-", Volumes.PodInfo());
        if (values.Identity.ServiceAccountTokenProjection)
            patch.Add("/spec/volumes/-", Volumes.IdentityToken());
        var path = native ? "/spec/initContainers/1" : values.Proxy.Await ? "/spec/containers/0" : "/spec/containers/-";
        patch.Add(path, ProxyContainer.Build(values, controlPlaneNamespace));
    }

    private static bool IsDebugEnabled(Workload workload, SortedDictionary<string, string> added, List<string> warnings) =>
        new AnnotationReader(Overlay(workload.PodAnnotations, added), warnings).Bool(Annotations.EnableDebug, false);

    private static SortedDictionary<string, string> Overlay(SortedDictionary<string, string> below, SortedDictionary<string, string> above)
    {
        var merged = new SortedDictionary<string, string>(below, StringComparer.Ordinal);
        foreach (var (key, value) in above)
            merged[key] = value;
        return merged;
    }

    private static void CheckNetworks(string networks)
    {
        foreach (var network in networks.Trim(',').Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!network.Contains('/') || !IPNetwork.TryParse(network, out _))
                throw new InjectException($"cannot parse clusterNetworks: \"{network}\" is not a CIDR such as 10.0.0.0/8");
        }
    }
}
