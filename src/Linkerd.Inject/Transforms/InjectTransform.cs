using System.Text.Json.Nodes;
using Linkerd.Inject.Patch;
using Linkerd.Inject.Reports;

namespace Linkerd.Inject.Transforms;

/// <summary>What <c>linkerd inject</c> does to manifests.</summary>
public static class InjectTransform
{
    /// <summary>
    /// Takes out what an earlier injection left, then annotates pod templates for the webhook or, in manual mode, adds
    /// the sidecar itself. Namespaces and Services are annotated only.
    /// </summary>
    public static TransformResult Run(string input, InjectOptions options)
    {
        var (output, reports, errors) = ResourceStream.Run(input, options.Format, resource => Transform(resource, options));
        return errors.Count != 0 ? new("", "", errors) : new(output, InjectReportWriter.Write(reports, options.Verbose, options.Color), []);
    }

    private static (JsonObject, InjectReport) Transform(JsonObject original, InjectOptions options)
    {
        var resource = UninjectTransform.Uninject(original).Resource;
        var workload = Workload.Of(resource);
        var report = ReportBuilder.Build(workload, options.Values, InjectOrigin.Cli, new Dictionary<string, string>());
        if (workload.IsControlPlaneComponent && !options.Manual)
            throw new InjectException("--manual must be set when injecting control plane components");
        if (workload.IsService)
            return AnnotateService(resource, report, options);
        if (workload.IsNamespace)
            return AnnotateNamespace(resource, report, options);
        report = report with { Annotated = workload.HasPodTemplate && options.Overrides.Count != 0 };
        if (!report.Injectable)
        {
            return report.Errors.Count == 0
                ? (resource, report)
                : throw new InjectException($"failed to inject {report.ResourceName}: {string.Join(", ", report.Errors)}");
        }
        var request = Request(resource, options);
        var injection = options.Manual ? Injector.Inject(request) : Injector.Annotate(request);
        return (PatchApplier.Apply(resource, injection.Patch!), report);
    }

    private static InjectionRequest Request(JsonObject resource, InjectOptions options)
    {
        var annotations = new SortedDictionary<string, string>(options.Overrides.ToDictionary(), StringComparer.Ordinal);
        if (options.EnableDebugSidecar)
            annotations[Annotations.EnableDebug] = "true";
        if (options.CloseWaitTimeout.Length != 0)
            annotations[Annotations.CloseWaitTimeout] = options.CloseWaitTimeout;
        // The sidecar is there already in manual mode: no webhook is to act, and none to change the ingress mode.
        if (options.Manual)
            annotations.Remove(Annotations.Inject);
        else if (!options.Values.Proxy.IsIngress)
            annotations[Annotations.Inject] = "enabled";
        return new InjectionRequest
        {
            Resource = resource,
            Values = options.Values,
            ControlPlaneNamespace = options.ControlPlaneNamespace,
            Origin = InjectOrigin.Cli,
            ServerVersion = options.ServerVersion,
            AddedAnnotations = annotations,
            CreatedBy = options.Manual ? options.CreatedBy : null,
        };
    }

    private static (JsonObject, InjectReport) AnnotateService(JsonObject resource, InjectReport report, InjectOptions options)
    {
        if (!options.Overrides.TryGetValue(Annotations.OpaquePorts, out var ports))
            return (resource, report);
        return (WithAnnotations(resource, [new(Annotations.OpaquePorts, ports)]), report with { Annotated = true });
    }

    private static (JsonObject, InjectReport) AnnotateNamespace(JsonObject resource, InjectReport report, InjectOptions options) =>
        (WithAnnotations(resource, [new(Annotations.Inject, "enabled"), .. options.Overrides]), report with { Annotated = true });

    private static JsonObject WithAnnotations(JsonObject resource, IEnumerable<KeyValuePair<string, string>> added)
    {
        var result = (JsonObject)resource.DeepClone();
        if (result.Object("metadata") is not { } metadata)
            result["metadata"] = metadata = [];
        if (metadata.Object("annotations") is not { } annotations)
            metadata["annotations"] = annotations = [];
        foreach (var (key, value) in added)
            annotations[key] = value;
        return result;
    }
}
