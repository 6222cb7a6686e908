using System.Text.Json.Nodes;
using Linkerd.Local.Api;
using Linkerd.Local.Schema;

namespace Linkerd.Local.Admission;

/// <summary>Builds the AdmissionReview that a webhook is sent.</summary>
internal static class AdmissionReview
{
    public static JsonObject Create(JsonObject webhook, AdmissionContext context, ResourceVersionInfo version)
    {
        var resource = context.Resource;
        var request = new JsonObject
        {
            ["uid"] = Guid.NewGuid().ToString(),
            ["kind"] = Kind(resource, version.Name),
            ["resource"] = Resource(resource, version.Name),
            ["requestKind"] = Kind(resource, context.Request.Version.Name),
            ["requestResource"] = Resource(resource, context.Request.Version.Name),
            ["name"] = context.Name,
            ["operation"] = context.Operation.ToString().ToUpperInvariant(),
            ["userInfo"] = context.User.ToJson(),
            ["object"] = Convert(context.Object, resource, version),
            ["oldObject"] = Convert(context.OldObject, resource, version),
            ["dryRun"] = context.Request.DryRun,
            ["options"] = context.Options.Copy(),
        };
        if (context.Subresource.Length > 0)
        {
            request["subResource"] = context.Subresource;
            request["requestSubResource"] = context.Subresource;
        }
        var space = resource is { Group: "", Plural: "namespaces" } ? context.Name : resource.Namespaced ? context.Namespace : "";
        if (space.Length > 0) request["namespace"] = space;
        var spoken = webhook.Arr("admissionReviewVersions").Strings().FirstOrDefault(v => v is "v1" or "v1beta1") ?? "v1";
        return new JsonObject { ["kind"] = "AdmissionReview", ["apiVersion"] = "admission.k8s.io/" + spoken, ["request"] = request };
    }

    private static JsonNode? Convert(JsonObject? stored, ResourceInfo resource, ResourceVersionInfo version) =>
        stored is null ? null : Versions.FromStorage(stored, resource, version).DeepClone();

    private static JsonObject Kind(ResourceInfo resource, string version) => new() { ["group"] = resource.Group, ["version"] = version, ["kind"] = resource.Kind };

    private static JsonObject Resource(ResourceInfo resource, string version) => new() { ["group"] = resource.Group, ["version"] = version, ["resource"] = resource.Plural };
}
