using System.Text;
using System.Text.Json.Nodes;
using Linkerd.Inject;
using Linkerd.Inject.Reports;
using Linkerd.Inject.Values;
using Linkerd.Kubernetes;
using Microsoft.Extensions.Logging;

namespace Linkerd.Controller.Injector;

/// <summary>Answers admission reviews of pods and Services, in the version of the question (v1 or v1beta1).</summary>
internal sealed partial class InjectorWebhook(
    string controlPlaneNamespace,
    Func<InjectValues> values,
    NamespaceLookup namespaces,
    OwnerResolver owners,
    ServerVersion version,
    EventRecorder events,
    InjectorMetrics metrics,
    ILogger log)
{
    /// <summary>Returns the review with its response.</summary>
    /// <exception cref="FormatException">It is not an admission review.</exception>
    public async Task<JsonObject> ReviewAsync(JsonObject review, CancellationToken cancel)
    {
        if (review["request"] is not JsonObject request || Text(request, "uid") is not { Length: > 0 } uid)
            throw new FormatException("invalid admission review request: request.uid is missing");
        JsonObject response;
        try
        {
            response = await AdmitAsync(request, cancel);
            response["allowed"] = true;
        }
        catch (Exception e) when (e is InjectException or KubernetesException or InvalidDataException)
        {
            Refused(log, uid, e.Message);
            response = new JsonObject { ["allowed"] = false, ["status"] = new JsonObject { ["message"] = e.Message } };
        }
        response["uid"] = uid;
        return new JsonObject
        {
            ["apiVersion"] = Text(review, "apiVersion") is { Length: > 0 } apiVersion ? apiVersion : "admission.k8s.io/v1",
            ["kind"] = "AdmissionReview",
            ["response"] = response,
        };
    }

    private async Task<JsonObject> AdmitAsync(JsonObject request, CancellationToken cancel)
    {
        if (request["object"] is not JsonObject resource)
            return [];
        var ns = Text(request, "namespace");
        var kind = request["kind"] is JsonObject k ? Text(k, "kind") : "";
        var owner = kind == "Pod" ? await owners.ResolveAsync(resource, ns, cancel) : null;
        var injection = Linkerd.Inject.Injector.Inject(new InjectionRequest
        {
            Resource = resource,
            Kind = kind,
            Namespace = ns,
            Values = values(),
            ControlPlaneNamespace = controlPlaneNamespace,
            NamespaceAnnotations = await namespaces.AnnotationsAsync(ns, cancel),
            Owner = owner is null ? null : (owner.Kind, owner.Name),
            ServerVersion = await version.GetAsync(cancel),
            CreatedBy = $"linkerd/proxy-injector {BuildVersion.Text}",
        });
        Tell(injection, ns, owner, AnnotationsOf(resource));
        return Response(injection);
    }

    private void Tell(Injection injection, string ns, WorkloadOwner? owner, IReadOnlyDictionary<string, string> annotations)
    {
        var report = injection.Report;
        var ownerKind = owner?.Kind.ToLowerInvariant() ?? "";
        metrics.Request(ownerKind, ns, report.InjectAnnotationAt, annotations);
        var reasons = string.Join(", ", report.SkipReasons.Select(SkipReason.Sentence));
        if (injection.Injected)
        {
            Injected(log, report.ResourceName, ns);
            foreach (var warning in injection.Warnings)
                Ignored(log, report.ResourceName, ns, warning);
            if (owner is not null)
                events.Record(ns, owner, "Injected", "Linkerd sidecar proxy injected");
        }
        else if (report.Kind == "pod")
        {
            Skipped(log, report.ResourceName, ns, reasons);
            if (owner is not null)
                events.Record(ns, owner, "InjectionSkipped", $"Linkerd sidecar proxy injection skipped: {reasons}");
        }
        // A skipped Service is not worth counting: no Service is ever injected.
        if (injection.Patch is not null)
            metrics.Response(ownerKind, ns, false, "", report.InjectAnnotationAt, annotations);
        else if (report.Kind == "pod")
            metrics.Response(ownerKind, ns, true, string.Join(',', report.SkipReasons), report.InjectAnnotationAt, annotations);
    }

    private static JsonObject Response(Injection injection)
    {
        var response = new JsonObject();
        if (injection.Patch is not null)
        {
            response["patchType"] = "JSONPatch";
            response["patch"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(injection.Patch.ToJsonString()));
        }
        // kubectl shows these to whoever creates a pod.
        if (injection.Warnings.Count != 0)
            response["warnings"] = new JsonArray([.. injection.Warnings.Select(static w => (JsonNode)w)]);
        return response;
    }

    private static Dictionary<string, string> AnnotationsOf(JsonObject resource)
    {
        var result = new Dictionary<string, string>();
        foreach (var (key, value) in (resource["metadata"] as JsonObject)?["annotations"] as JsonObject ?? [])
        {
            if (value is JsonValue text && text.TryGetValue<string>(out var annotation))
                result[key] = annotation;
        }
        return result;
    }

    private static string Text(JsonObject node, string key) => node[key] is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";

    [LoggerMessage(1, LogLevel.Information, "injected {Resource} of {Namespace}")]
    private static partial void Injected(ILogger log, string resource, string @namespace);

    [LoggerMessage(2, LogLevel.Information, "skipped {Resource} of {Namespace}: {Reason}")]
    private static partial void Skipped(ILogger log, string resource, string @namespace, string reason);

    [LoggerMessage(3, LogLevel.Warning, "{Resource} of {Namespace}: {Warning}")]
    private static partial void Ignored(ILogger log, string resource, string @namespace, string warning);

    [LoggerMessage(4, LogLevel.Error, "admission review {Uid} refused: {Reason}")]
    private static partial void Refused(ILogger log, string uid, string reason);
}
