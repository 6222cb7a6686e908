using System.Text.Json.Nodes;
using Linkerd.Local.Schema;

namespace Linkerd.Local.Api;

/// <summary>Deployment, ReplicaSet, StatefulSet, DaemonSet, ReplicationController: a selector, a template, a strategy.</summary>
internal sealed class WorkloadStrategy : ResourceStrategy
{
    public override void Default(JsonObject node)
    {
        var spec = node.Child("spec");
        var kind = node.Str("kind");
        PodSpecs.Default(spec.Child("template").Child("spec"));
        Metadata.Of(spec.Child("template")).TryAdd("creationTimestamp", null);
        if (kind != "DaemonSet") spec.Default("replicas", 1);
        switch (kind)
        {
            case "Deployment":
                spec.Default("revisionHistoryLimit", 10);
                spec.Default("progressDeadlineSeconds", 600);
                DefaultRolling(spec.Child("strategy"), "25%", "25%");
                break;
            case "StatefulSet":
                spec.Default("revisionHistoryLimit", 10);
                spec.Default("podManagementPolicy", "OrderedReady");
                var update = spec.Child("updateStrategy");
                update.Default("type", "RollingUpdate");
                if (update.Str("type") == "RollingUpdate") update.Child("rollingUpdate").Default("partition", 0);
                foreach (var claim in spec.Arr("volumeClaimTemplates").Objects()) claim.Child("spec").Default("volumeMode", "Filesystem");
                break;
            case "DaemonSet":
                spec.Default("revisionHistoryLimit", 10);
                DefaultRolling(spec.Child("updateStrategy"), "1", null);
                break;
            case "ReplicationController" when spec["selector"] is null && Labels(spec) is { Count: > 0 } labels:
                spec["selector"] = labels.DeepClone();
                break;
        }
    }

    public override void Validate(JsonObject node, JsonObject? old, List<FieldError> errors)
    {
        var spec = node.Child("spec");
        if (spec.Long("replicas") is { } replicas and < 0) errors.Add(FieldError.Invalid("spec.replicas", replicas.ToString(), "must be greater than or equal to 0"));
        ValidateSelector(node, spec, errors);
        Metadata.ValidateLabels(Labels(spec), "spec.template.metadata.labels", errors);
        var template = spec.Child("template").Child("spec");
        PodSpecs.Validate(template, "spec.template.spec", errors);
        if (template.Str("restartPolicy") is { } policy and not "Always") errors.Add(FieldError.Unsupported("spec.template.spec.restartPolicy", policy, "Always"));
        if (node.Str("kind") == "Deployment" && spec.Obj("strategy").Str("type") is { } type and not ("Recreate" or "RollingUpdate"))
            errors.Add(FieldError.Unsupported("spec.strategy.type", type, "Recreate", "RollingUpdate"));
        if (node.Str("kind") == "Deployment" && spec.Obj("strategy").Str("type") == "Recreate" && spec.Obj("strategy")!["rollingUpdate"] is not null)
            errors.Add(FieldError.Forbidden("spec.strategy.rollingUpdate", "may not be specified when strategy `type` is 'Recreate'"));
        if (old is not null && node.Str("kind") != "ReplicationController" && !JsonNode.DeepEquals(spec["selector"], old.Obj("spec")?["selector"]))
            errors.Add(FieldError.Invalid("spec.selector", spec["selector"]?.ToJsonString() ?? "null", "field is immutable"));
        if (old is not null && node.Str("kind") == "StatefulSet" && !JsonNode.DeepEquals(spec["serviceName"], old.Obj("spec")?["serviceName"]))
            errors.Add(FieldError.Forbidden("spec", "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"));
    }

    public override string? SelectableField(JsonObject node, string field) =>
        field == "status.replicas" ? (node.Obj("status").Long("replicas") ?? 0).ToString() : field == "status.successful" ? "" : null;

    private static JsonObject? Labels(JsonObject spec) => spec.Obj("template").Obj("metadata").Obj("labels");

    private static void DefaultRolling(JsonObject strategy, string unavailable, string? surge)
    {
        strategy.Default("type", "RollingUpdate");
        if (strategy.Str("type") != "RollingUpdate") return;
        var rolling = strategy.Child("rollingUpdate");
        if (rolling["maxUnavailable"] is null) rolling["maxUnavailable"] = long.TryParse(unavailable, out var number) ? JsonValue.Create(number) : JsonValue.Create(unavailable);
        if (surge is not null) rolling.Default("maxSurge", surge);
        else rolling.Default("maxSurge", 0);
    }

    private static void ValidateSelector(JsonObject node, JsonObject spec, List<FieldError> errors)
    {
        if (spec["selector"] is not JsonObject selector)
        {
            errors.Add(FieldError.Required("spec.selector"));
            if (node.Str("kind") != "ReplicationController") errors.Add(FieldError.Invalid("spec.template.metadata.labels", Labels(spec)?.ToJsonString() ?? "null", "`selector` does not match template `labels`"));
            return;
        }
        var parsed = node.Str("kind") == "ReplicationController" ? Selector.FromMap(selector) : Selector.FromObject(selector);
        if (parsed.IsEmpty) errors.Add(FieldError.Invalid("spec.selector", selector.ToJsonString(), $"empty selector is invalid for {node.Str("kind")!.ToLowerInvariant()}"));
        else if (!parsed.Matches(Labels(spec)))
            errors.Add(FieldError.Invalid("spec.template.metadata.labels", Labels(spec)?.ToJsonString() ?? "null", "`selector` does not match template `labels`"));
    }
}
