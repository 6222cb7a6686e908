using System.Text.Json;
using System.Text.Json.Nodes;

namespace Linkerd.Local.Schema;

/// <summary>Holds a body against a built-in type: wrong types are faults, unknown fields are removed and reported, nulls are dropped.</summary>
internal sealed class TypeChecker
{
    /// <summary>Paths of fields that the type does not have.</summary>
    public List<string> Unknown { get; } = [];

    /// <summary>The first value of a wrong type, in words; null when all fit.</summary>
    public string? Fault { get; private set; }

    public void Check(JsonObject node, SchemaType type) => CheckObject(node, type, "");

    private void CheckObject(JsonObject node, SchemaType type, string path)
    {
        List<string>? remove = null;
        foreach (var (name, value) in node.ToList())
        {
            if (value is not null && type.Field(name) is { } field)
            {
                CheckValue(value, field.Type, $"{path}.{name}");
                continue;
            }
            if (value is not null) Unknown.Add($"{path}.{name}"[1..]);
            (remove ??= []).Add(name);
        }
        foreach (var name in remove ?? []) node.Remove(name);
    }

    private void CheckValue(JsonNode value, FieldType type, string path)
    {
        switch (type.Kind)
        {
            case FieldKind.Any:
                return;
            case FieldKind.Object when value is JsonObject inner:
                CheckObject(inner, type.Object!, path);
                return;
            case FieldKind.List when value is JsonArray items:
                for (var i = 0; i < items.Count; i++)
                    if (items[i] is { } item) CheckValue(item, type.Element!, $"{path}[{i}]");
                return;
            case FieldKind.Map when value is JsonObject map:
                foreach (var (key, item) in map.ToList())
                {
                    if (item is null) map[key] = type.Element!.Kind is FieldKind.String or FieldKind.Bytes ? "" : null;
                    else CheckValue(item, type.Element!, $"{path}.{key}");
                }
                return;
            case FieldKind.Quantity when value.GetValueKind() == JsonValueKind.Number:
                Replace(value, JsonValue.Create(value.ToJsonString()));
                return;
            default:
                if (!FitsScalar(value, type.Kind, path)) Fault ??= $"json: cannot unmarshal {Describe(value)} into Go struct field {path} of type {Describe(type)}";
                return;
        }
    }

    private static void Replace(JsonNode value, JsonNode replacement)
    {
        if (value.Parent is JsonArray list) list[value.GetElementIndex()] = replacement;
        else if (value.Parent is JsonObject map) map[value.GetPropertyName()] = replacement;
    }

    private bool FitsScalar(JsonNode value, FieldKind kind, string path)
    {
        var actual = value.GetValueKind();
        switch (kind)
        {
            case FieldKind.Boolean:
                return actual is JsonValueKind.True or JsonValueKind.False;
            case FieldKind.Int32:
                return value.AsLong() is >= int.MinValue and <= int.MaxValue;
            case FieldKind.Int64:
                return value.AsLong() is not null;
            case FieldKind.Double:
                return actual == JsonValueKind.Number;
            case FieldKind.IntOrString:
                return actual == JsonValueKind.String || value.AsLong() is not null;
            case FieldKind.Quantity:
                if (value.AsString() is { } text && !Quantity.TryParse(text, out _))
                    Fault ??= $"{path[1..]}: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
                return actual == JsonValueKind.String;
            case FieldKind.Time or FieldKind.MicroTime:
                if (value.AsString() is { } time && !DateTimeOffset.TryParse(time, out _))
                    Fault ??= $"{path[1..]}: parsing time \"{time}\" as \"2006-01-02T15:04:05Z07:00\" failed";
                return actual == JsonValueKind.String;
            case FieldKind.Bytes:
                if (value.AsString() is { } encoded && !Convert.TryFromBase64String(encoded, new byte[encoded.Length], out _))
                    Fault ??= $"{path[1..]}: illegal base64 data";
                return actual == JsonValueKind.String;
            default:
                return kind == FieldKind.String && actual == JsonValueKind.String;
        }
    }

    private static string Describe(JsonNode value) => value.GetValueKind() switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => "number " + value.ToJsonString(),
        _ => "bool",
    };

    private static string Describe(FieldType type) => type.Kind switch
    {
        FieldKind.Int32 => "int32",
        FieldKind.Int64 => "int64",
        FieldKind.Double => "float64",
        FieldKind.Boolean => "bool",
        FieldKind.IntOrString => "intstr.IntOrString",
        FieldKind.Quantity => "resource.Quantity",
        FieldKind.List => "[]" + Describe(type.Element!),
        FieldKind.Map => "map[string]" + Describe(type.Element!),
        FieldKind.Object => string.Join('.', type.Object!.FullName.Split('.')[^2..]),
        _ => "string",
    };
}
