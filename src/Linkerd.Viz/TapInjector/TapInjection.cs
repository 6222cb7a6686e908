using System.Text;
using System.Text.Json.Nodes;
using Linkerd.Kubernetes;

namespace Linkerd.Viz.TapInjector;

/// <summary>Lets the tap service observe a pod: names its identity to the pod's proxy, and marks the pod.</summary>
internal static class TapInjection
{
    private const string Proxy = "linkerd-proxy";
    private const string Variable = "LINKERD2_PROXY_TAP_SVC_NAME";
    private const string Disabled = "viz.linkerd.io/disable-tap";
    private const string Enabled = "viz.linkerd.io/tap-enabled";

    /// <summary>Answers an admission review, in the version of the question.</summary>
    /// <exception cref="FormatException">It is not an admission review.</exception>
    public static JsonObject Answer(JsonObject review, string tapIdentity, Func<string, IReadOnlyDictionary<string, string>?> namespaceAnnotations)
    {
        if (review["request"] is not JsonObject request || Text(request["uid"]) is not { Length: > 0 } uid)
            throw new FormatException("invalid admission review request: request.uid is missing");
        var response = new JsonObject { ["uid"] = uid, ["allowed"] = true };
        if (request["object"] is JsonObject pod && PatchOf(pod, tapIdentity, namespaceAnnotations(Text(request["namespace"]))) is { } patch)
        {
            response["patchType"] = "JSONPatch";
            response["patch"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(patch.ToString()));
        }

        return new JsonObject
        {
            ["apiVersion"] = Text(review["apiVersion"]) is { Length: > 0 } version ? version : "admission.k8s.io/v1",
            ["kind"] = "AdmissionReview",
            ["response"] = response,
        };
    }

    private static JsonPatch? PatchOf(JsonObject pod, string tapIdentity, IReadOnlyDictionary<string, string>? namespaceAnnotations)
    {
        var annotations = pod["metadata"]?["annotations"] as JsonObject;
        var disabled = Text(annotations?[Disabled]) is { Length: > 0 } own ? own : namespaceAnnotations?.GetValueOrDefault(Disabled);
        if (disabled == "true")
            return null;
        foreach (var list in (string[])["containers", "initContainers"])
        {
            if (pod["spec"]?[list] is not JsonArray containers)
                continue;
            for (var i = 0; i < containers.Count; i++)
            {
                if (Text(containers[i]?["name"]) == Proxy)
                    return PatchOf(containers[i]!.AsObject(), JsonPatch.Pointer("spec", list, $"{i}"), annotations, tapIdentity);
            }
        }

        return null;
    }

    private static JsonPatch? PatchOf(JsonObject container, string path, JsonObject? annotations, string tapIdentity)
    {
        var variables = container["env"] as JsonArray;
        if (variables?.Any(static v => Text(v?["name"]) == Variable) == true)
            return null;
        var patch = new JsonPatch();
        if (annotations is null)
            patch.Add("/metadata/annotations", new JsonObject());
        patch.Add(JsonPatch.Pointer("metadata", "annotations", Enabled), "true");
        if (variables is null)
            patch.Add(path + "/env", new JsonArray());
        patch.Add(path + "/env/-", new JsonObject { ["name"] = Variable, ["value"] = tapIdentity });
        return patch;
    }

    private static string Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";
}
