using System.Text.Json.Nodes;
using Linkerd.Local.Schema;

namespace Linkerd.Local.Api;

/// <summary>Namespaces: the finalizer that the namespace controller removes, the label with the name, the phase.</summary>
internal sealed class NamespaceStrategy : ResourceStrategy
{
    public override NameRule NameRule => NameRule.Label;

    public override void Default(JsonObject node)
    {
        if (Metadata.Name(node) is { Length: > 0 } name) Metadata.Of(node).Child("labels")["kubernetes.io/metadata.name"] = name;
    }

    public override void PrepareCreate(JsonObject node)
    {
        var spec = node.Child("spec");
        if (!spec.Arr("finalizers").Strings().Contains("kubernetes")) spec["finalizers"] = Json.ArrayOf(spec.Arr("finalizers").Strings().Append("kubernetes"));
        node["status"] = new JsonObject { ["phase"] = "Active" };
        Default(node);
    }

    public override void PrepareUpdate(JsonObject node, JsonObject old) => node["spec"] = old["spec"].Copy();

    public override string? SelectableField(JsonObject node, string field) =>
        field == "status.phase" ? node.Obj("status").Str("phase") ?? "" : field == "name" ? Metadata.Name(node) : null;
}
