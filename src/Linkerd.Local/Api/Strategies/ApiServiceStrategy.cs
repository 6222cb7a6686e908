using System.Text.Json.Nodes;
using Linkerd.Local.Schema;

namespace Linkerd.Local.Api;

/// <summary>APIServices: the name must be version and group.</summary>
internal sealed class ApiServiceStrategy : ResourceStrategy
{
    public override void Default(JsonObject node) => node.Obj("spec").Obj("service")?.Default("port", 443);

    public override void Validate(JsonObject node, JsonObject? old, List<FieldError> errors)
    {
        var spec = node.Obj("spec");
        var wanted = $"{spec.Str("version")}.{spec.Str("group")}";
        if (Metadata.Name(node) != wanted) errors.Add(FieldError.InvalidText("metadata.name", Metadata.Name(node), $"must be `spec.version+\".\"+spec.group`: \"{wanted}\""));
        if (spec.Long("groupPriorityMinimum") is null or <= 0) errors.Add(FieldError.Invalid("spec.groupPriorityMinimum", (spec.Long("groupPriorityMinimum") ?? 0).ToString(), "must be positive and less than 20000"));
        if (spec.Long("versionPriority") is null or <= 0) errors.Add(FieldError.Invalid("spec.versionPriority", (spec.Long("versionPriority") ?? 0).ToString(), "must be positive and less than 1000"));
    }
}
