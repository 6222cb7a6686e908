using System.Text.Json.Nodes;
using Linkerd.Local.Schema;

namespace Linkerd.Local.Api;

/// <summary>Pods: what may change once they exist, and their quality of service.</summary>
internal sealed class PodStrategy : ResourceStrategy
{
    private const string ImmutableHelp =
        "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

    public override void Default(JsonObject node)
    {
        var spec = node.Child("spec");
        PodSpecs.Default(spec);
        spec.Default("enableServiceLinks", true);
    }

    public override void PrepareCreate(JsonObject node) =>
        node["status"] = new JsonObject { ["phase"] = "Pending", ["qosClass"] = QualityOfService(node.Child("spec")) };

    public override void Validate(JsonObject node, JsonObject? old, List<FieldError> errors)
    {
        PodSpecs.Validate(node.Child("spec"), "spec", errors);
        if (old is not null && errors.Count == 0 && !JsonNode.DeepEquals(Fixed(node, old), old["spec"])) errors.Add(FieldError.Forbidden("spec", ImmutableHelp));
    }

    public override string? SelectableField(JsonObject node, string field) => field switch
    {
        "spec.nodeName" or "spec.restartPolicy" or "spec.schedulerName" or "spec.serviceAccountName" => node.Obj("spec").Str(field[5..]) ?? "",
        "status.phase" or "status.podIP" or "status.nominatedNodeName" => node.Obj("status").Str(field[7..]) ?? "",
        "spec.hostNetwork" => node.Obj("spec").Bool("hostNetwork") == true ? "true" : "false",
        _ => null,
    };

    // The specification with everything that may change put back to what it was.
    private static JsonObject Fixed(JsonObject node, JsonObject old)
    {
        var spec = (JsonObject)node.Child("spec").DeepClone();
        var before = old.Obj("spec")!;
        foreach (var list in (ReadOnlySpan<string>)["containers", "initContainers"])
        {
            foreach (var (index, container) in spec.Arr(list).Objects().Index())
                if (before.Arr(list)?.ElementAtOrDefault(index) is JsonObject was && was.Str("name") == container.Str("name")) container["image"] = was["image"].Copy();
        }
        foreach (var field in (ReadOnlySpan<string>)["activeDeadlineSeconds", "tolerations", "terminationGracePeriodSeconds", "ephemeralContainers", "schedulingGates", "nodeName"])
        {
            if (field == "nodeName" && before["nodeName"] is not null) continue;
            if (before[field] is { } value) spec[field] = value.DeepClone();
            else spec.Remove(field);
        }
        return spec;
    }

    private static string QualityOfService(JsonObject spec)
    {
        var guaranteed = true;
        var any = false;
        foreach (var container in PodSpecs.Containers(spec))
        {
            foreach (var resource in (ReadOnlySpan<string>)["cpu", "memory"])
            {
                var limit = container.Obj("resources").Obj("limits").Str(resource);
                var request = container.Obj("resources").Obj("requests").Str(resource);
                any |= limit is not null || request is not null;
                guaranteed &= limit is not null && (request is null || request == limit);
            }
        }
        return !any ? "BestEffort" : guaranteed ? "Guaranteed" : "Burstable";
    }
}
