using System.Text.Json.Nodes;
using Linkerd.Local.Schema;

namespace Linkerd.Local.Api;

/// <summary>Jobs: the selector by uid that the server makes, and their defaults.</summary>
internal sealed class JobStrategy : ResourceStrategy
{
    public override void Default(JsonObject node) => DefaultSpec(node.Child("spec"));

    public static void DefaultSpec(JsonObject spec)
    {
        PodSpecs.Default(spec.Child("template").Child("spec"));
        if (spec["completions"] is null && spec["parallelism"] is null) spec["completions"] = JsonValue.Create(1L);
        spec.Default("parallelism", 1);
        spec.Default("backoffLimit", 6);
        spec.Default("completionMode", "NonIndexed");
        spec.Default("suspend", false);
    }

    public override void PrepareCreate(JsonObject node)
    {
        var spec = node.Child("spec");
        if (spec.Bool("manualSelector") == true) return;
        var labels = Metadata.Of(spec.Child("template")).Child("labels");
        var uid = Metadata.Of(node).Str("uid");
        labels["controller-uid"] = uid;
        labels["job-name"] = Metadata.Name(node);
        labels["batch.kubernetes.io/controller-uid"] = uid;
        labels["batch.kubernetes.io/job-name"] = Metadata.Name(node);
        spec["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["controller-uid"] = uid } };
    }

    public override void Validate(JsonObject node, JsonObject? old, List<FieldError> errors)
    {
        ValidateTemplate(node.Child("spec"), "spec", errors);
        if (old is not null && !JsonNode.DeepEquals(node.Obj("spec")?["template"], old.Obj("spec")?["template"]))
            errors.Add(FieldError.Invalid("spec.template", "{}", "field is immutable"));
    }

    public static void ValidateTemplate(JsonObject spec, string path, List<FieldError> errors)
    {
        var template = spec.Child("template").Child("spec");
        PodSpecs.Validate(template, $"{path}.template.spec", errors);
        if (template.Str("restartPolicy") is { } policy and not ("OnFailure" or "Never"))
            errors.Add(FieldError.Unsupported($"{path}.template.spec.restartPolicy", policy, "OnFailure", "Never"));
    }

    public override string? SelectableField(JsonObject node, string field) =>
        field == "status.successful" ? (node.Obj("status").Long("succeeded") ?? 0).ToString() : null;
}
