using System.Text.Json.Nodes;
using Linkerd.Local.Schema;

namespace Linkerd.Local.Api;

/// <summary>Nodes come with their status.</summary>
internal sealed class NodeStrategy : ResourceStrategy
{
    public override bool KeepsStatusOnCreate => true;

    public override string? SelectableField(JsonObject node, string field) =>
        field == "spec.unschedulable" ? node.Obj("spec").Bool("unschedulable") == true ? "true" : "false" : null;
}
