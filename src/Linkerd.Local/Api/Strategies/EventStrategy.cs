using System.Text.Json.Nodes;
using Linkerd.Local.Schema;

namespace Linkerd.Local.Api;

/// <summary>Events: the fields that can be selected.</summary>
internal sealed class EventStrategy : ResourceStrategy
{
    public override NameRule NameRule => NameRule.Subdomain;

    public override void Validate(JsonObject node, JsonObject? old, List<FieldError> errors)
    {
        var space = node.Obj("metadata").Str("namespace");
        var involved = node.Obj("involvedObject").Str("namespace");
        if (string.IsNullOrEmpty(involved) ? space != "default" : involved != space)
            errors.Add(FieldError.InvalidText("involvedObject.namespace", involved, "does not match event.namespace"));
    }

    public override string? SelectableField(JsonObject node, string field)
    {
        if (field.StartsWith("involvedObject.", StringComparison.Ordinal)) return node.Obj("involvedObject").Str(field[15..]) ?? "";
        if (field.StartsWith("regarding.", StringComparison.Ordinal)) return node.Obj("involvedObject").Str(field[10..]) ?? "";
        return field switch
        {
            "reason" or "type" or "reportingComponent" => node.Str(field) ?? "",
            "reportingController" => node.Str("reportingComponent") ?? "",
            "source" => node.Obj("source").Str("component") ?? "",
            _ => null,
        };
    }
}
