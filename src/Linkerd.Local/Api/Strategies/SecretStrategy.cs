using System.Text;
using System.Text.Json.Nodes;
using Linkerd.Local.Schema;

namespace Linkerd.Local.Api;

/// <summary>Secrets: <c>stringData</c> is written into <c>data</c>; some types need certain keys.</summary>
internal sealed class SecretStrategy : ResourceStrategy
{
    public override void Default(JsonObject node)
    {
        node.Default("type", "Opaque");
        if (node.Obj("stringData") is not { } plain) return;
        foreach (var (key, value) in plain)
            node.Child("data")[key] = Convert.ToBase64String(Encoding.UTF8.GetBytes(value.AsString() ?? ""));
        node.Remove("stringData");
    }

    public override void Validate(JsonObject node, JsonObject? old, List<FieldError> errors)
    {
        DataKeys.Validate(node, errors);
        foreach (var key in Required(node.Str("type")))
            if (node.Obj("data")?.ContainsKey(key) != true) errors.Add(FieldError.Required($"data[{key}]"));
        if (old is null) return;
        if (node.Str("type") != old.Str("type")) errors.Add(FieldError.InvalidText("type", node.Str("type"), "field is immutable"));
        if (old.Bool("immutable") == true && !JsonNode.DeepEquals(node["data"], old["data"]))
            errors.Add(FieldError.Forbidden("data", "field is immutable when `immutable` is set"));
    }

    public override string? SelectableField(JsonObject node, string field) => field == "type" ? node.Str("type") ?? "" : null;

    private static string[] Required(string? type) => type switch
    {
        "kubernetes.io/tls" => ["tls.crt", "tls.key"],
        "kubernetes.io/dockerconfigjson" => [".dockerconfigjson"],
        _ => [],
    };
}
