using System.Text.Json.Nodes;
using Linkerd.Local.Api;

namespace Linkerd.Local.Schema.OpenApi;

/// <summary>OpenAPI schemas of the built-in types and of custom resources.</summary>
internal static class OpenApiTypes
{
    public const string Definitions = "#/definitions/";
    public const string Components = "#/components/schemas/";
    private const string QuantityName = "io.k8s.apimachinery.pkg.api.resource.Quantity";
    private const string IntOrStringName = "io.k8s.apimachinery.pkg.util.intstr.IntOrString";
    private const string TimeName = "io.k8s.apimachinery.pkg.apis.meta.v1.Time";
    private const string MicroTimeName = "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime";

    // What version 2 of OpenAPI cannot say, and clients would stumble over.
    private static readonly string[] VersionThreeOnly = ["anyOf", "oneOf", "not", "allOf", "nullable", "default"];

    /// <summary>The name of a custom resource's type, in the reverse-domain form of the documents.</summary>
    public static string NameOf(ResourceInfo resource, ResourceVersionInfo version) => version.Type?.FullName
        ?? $"{string.Join('.', Enumerable.Reverse(resource.Group.Split('.')))}.{version.Name}.{resource.Kind}";

    /// <summary>The scalars that are named types.</summary>
    public static IEnumerable<(string Name, JsonObject Schema)> Scalars() =>
    [
        (QuantityName, new JsonObject { ["type"] = "string", ["description"] = "An amount of a resource, such as 100m, 1.5 or 2Gi." }),
        (IntOrStringName, new JsonObject { ["type"] = "string", ["format"] = "int-or-string", ["description"] = "An integer, or a string such as a percentage or a port's name." }),
        (TimeName, new JsonObject { ["type"] = "string", ["format"] = "date-time", ["description"] = "A time in RFC 3339 form, in seconds." }),
        (MicroTimeName, new JsonObject { ["type"] = "string", ["format"] = "date-time", ["description"] = "A time in RFC 3339 form, in microseconds." }),
    ];

    public static JsonObject Of(SchemaType type, string prefix)
    {
        var properties = new JsonObject();
        foreach (var field in type.Fields.Values.OrderBy(f => f.Name, StringComparer.Ordinal)) properties[field.Name] = Of(field, prefix);
        var schema = new JsonObject { ["type"] = "object", ["properties"] = properties };
        var required = type.Fields.Values.Where(f => f.Required).Select(f => f.Name).Order(StringComparer.Ordinal).ToList();
        if (required.Count > 0) schema["required"] = Json.ArrayOf(required);
        return schema;
    }

    public static JsonObject Of(ResourceInfo resource, ResourceVersionInfo version, string prefix)
    {
        JsonObject schema;
        if (version.Type is { } type)
        {
            schema = Of(type, prefix);
        }
        else
        {
            schema = prefix == Definitions ? Simplify(version.Structural!.Root) : (JsonObject)version.Structural!.Root.DeepClone();
            schema["type"] = "object";
            var properties = schema.Child("properties");
            properties["apiVersion"] = new JsonObject { ["type"] = "string" };
            properties["kind"] = new JsonObject { ["type"] = "string" };
            properties["metadata"] = new JsonObject { ["$ref"] = prefix + "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta" };
        }
        schema.Default("description", $"{resource.Kind} of {resource.ApiVersion(version.Name)}.");
        schema["x-kubernetes-group-version-kind"] = new JsonArray(Kind(resource, version));
        return schema;
    }

    public static JsonObject Kind(ResourceInfo resource, ResourceVersionInfo version) =>
        new() { ["group"] = resource.Group, ["kind"] = resource.Kind, ["version"] = version.Name };

    private static JsonObject Of(SchemaField field, string prefix)
    {
        var schema = Of(field.Type, prefix);
        if (field.Merges || field.RetainKeys)
        {
            if (field.MergeKey.Length > 0) schema["x-kubernetes-patch-merge-key"] = field.MergeKey;
            schema["x-kubernetes-patch-strategy"] = field is { Merges: true, RetainKeys: true } ? "merge,retainKeys" : field.Merges ? "merge" : "retainKeys";
        }
        if (field.ListMapKeys.Length > 0)
        {
            schema["x-kubernetes-list-type"] = "map";
            schema["x-kubernetes-list-map-keys"] = Json.ArrayOf(field.ListMapKeys);
        }
        else if (field.Atomic)
        {
            schema["x-kubernetes-list-type"] = "atomic";
        }
        return schema;
    }

    private static JsonObject Of(FieldType type, string prefix) => type.Kind switch
    {
        FieldKind.String => new JsonObject { ["type"] = "string" },
        FieldKind.Boolean => new JsonObject { ["type"] = "boolean" },
        FieldKind.Int32 => new JsonObject { ["type"] = "integer", ["format"] = "int32" },
        FieldKind.Int64 => new JsonObject { ["type"] = "integer", ["format"] = "int64" },
        FieldKind.Double => new JsonObject { ["type"] = "number", ["format"] = "double" },
        FieldKind.Bytes => new JsonObject { ["type"] = "string", ["format"] = "byte" },
        FieldKind.Quantity => new JsonObject { ["$ref"] = prefix + QuantityName },
        FieldKind.IntOrString => new JsonObject { ["$ref"] = prefix + IntOrStringName },
        FieldKind.Time => new JsonObject { ["$ref"] = prefix + TimeName },
        FieldKind.MicroTime => new JsonObject { ["$ref"] = prefix + MicroTimeName },
        FieldKind.List => new JsonObject { ["type"] = "array", ["items"] = Of(type.Element!, prefix) },
        FieldKind.Map => new JsonObject { ["type"] = "object", ["additionalProperties"] = Of(type.Element!, prefix) },
        FieldKind.Object => new JsonObject { ["$ref"] = prefix + type.Object!.FullName },
        _ => [],
    };

    private static JsonObject Simplify(JsonObject schema)
    {
        var result = new JsonObject();
        if (schema.Bool("x-kubernetes-int-or-string") == true || schema.Bool("x-kubernetes-preserve-unknown-fields") == true)
        {
            if (schema["description"] is { } text) result["description"] = text.DeepClone();
            if (schema.Bool("x-kubernetes-preserve-unknown-fields") == true && schema.Str("type") == "object") result["type"] = "object";
            return result;
        }
        foreach (var (name, value) in schema)
        {
            if (VersionThreeOnly.Contains(name)) continue;
            result[name] = name switch
            {
                "properties" => SimplifyAll((JsonObject)value!),
                "items" or "additionalProperties" when value is JsonObject inner => Simplify(inner),
                _ => value.Copy(),
            };
        }
        return result;
    }

    private static JsonObject SimplifyAll(JsonObject properties)
    {
        var result = new JsonObject();
        foreach (var (name, value) in properties) result[name] = value is JsonObject schema ? Simplify(schema) : value.Copy();
        return result;
    }
}
