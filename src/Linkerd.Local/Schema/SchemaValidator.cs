using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Linkerd.Local.Schema;

/// <summary>Holds a value against an OpenAPI v3 schema as custom resource definitions use it.</summary>
internal static class SchemaValidator
{
    private const int MostErrors = 64;
    private static readonly TimeSpan PatternTimeout = TimeSpan.FromMilliseconds(250);
    private static readonly string[] Envelope = ["apiVersion", "kind", "metadata"];

    public static void Validate(JsonNode? value, JsonObject schema, string path, List<FieldError> errors, bool isRoot = false)
    {
        if (errors.Count >= MostErrors) return;
        if (value is null)
        {
            if (schema.Bool("nullable") != true && schema.Str("type") is { } wanted) errors.Add(WrongType(path, "null", wanted));
            return;
        }
        if (!FitsType(value, schema, path, errors)) return;
        CheckEnum(value, schema, path, errors);
        if (value is JsonObject node) ValidateObject(node, schema, path, errors, isRoot);
        else if (value is JsonArray items) ValidateArray(items, schema, path, errors);
        else if (value.AsString() is { } text) ValidateText(text, schema, path, errors);
        else if (value.AsDouble() is { } number) ValidateNumber(number, value, schema, path, errors);
        ValidateCombinations(value, schema, path, errors);
    }

    private static bool FitsType(JsonNode value, JsonObject schema, string path, List<FieldError> errors)
    {
        if (schema.Bool("x-kubernetes-int-or-string") == true)
        {
            if (value.AsString() is not null || value.AsLong() is not null) return true;
            errors.Add(WrongType(path, TypeOf(value), "integer,string"));
            return false;
        }
        var wanted = schema.Str("type");
        var actual = TypeOf(value);
        if (wanted is null || wanted == actual || (wanted == "number" && actual == "integer") || (wanted == "integer" && value.AsLong() is not null)) return true;
        errors.Add(WrongType(path, actual, wanted));
        return false;
    }

    private static FieldError WrongType(string path, string actual, string wanted) =>
        new(path, "FieldValueInvalid", $"Invalid value: \"{actual}\": {path} in body must be of type {wanted}: \"{actual}\"");

    private static string TypeOf(JsonNode value) => value.GetValueKind() switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => value.AsLong() is not null ? "integer" : "number",
        _ => "boolean",
    };

    private static void CheckEnum(JsonNode value, JsonObject schema, string path, List<FieldError> errors)
    {
        if (schema.Arr("enum") is not { } allowed || allowed.Any(a => JsonNode.DeepEquals(a, value))) return;
        var supported = string.Join(", ", allowed.Select(a => $"\"{a.AsString() ?? a?.ToJsonString()}\""));
        errors.Add(new FieldError(path, "FieldValueNotSupported", $"Unsupported value: {Show(value)}: supported values: {supported}"));
    }

    private static void ValidateObject(JsonObject node, JsonObject schema, string path, List<FieldError> errors, bool isRoot)
    {
        foreach (var name in schema.Arr("required").Strings())
            if (!node.ContainsKey(name)) errors.Add(FieldError.Required(Join(path, name)));
        Bound(node.Count, schema, "minProperties", "maxProperties", path, "properties", errors);
        var properties = schema.Obj("properties");
        foreach (var (name, inner) in node)
        {
            if (isRoot && Envelope.Contains(name)) continue;
            if (properties?[name] is JsonObject property) Validate(inner, property, Join(path, name), errors);
            else if (schema["additionalProperties"] is JsonObject element) Validate(inner, element, Join(path, name), errors);
        }
    }

    private static void ValidateArray(JsonArray items, JsonObject schema, string path, List<FieldError> errors)
    {
        Bound(items.Count, schema, "minItems", "maxItems", path, "items", errors);
        if (schema["items"] is JsonObject itemSchema)
            for (var i = 0; i < items.Count; i++) Validate(items[i], itemSchema, $"{path}[{i}]", errors);
        if (schema.Str("x-kubernetes-list-type") is "set" or "map" || schema.Bool("uniqueItems") == true)
            CheckUnique(items, schema, path, errors);
    }

    private static void CheckUnique(JsonArray items, JsonObject schema, string path, List<FieldError> errors)
    {
        var keys = schema.Str("x-kubernetes-list-type") == "map" ? schema.Arr("x-kubernetes-list-map-keys").Strings().ToArray() : null;
        var seen = new HashSet<string>();
        for (var i = 0; i < items.Count; i++)
        {
            var identity = keys is null
                ? items[i]?.ToJsonString() ?? "null"
                : "{" + string.Join(",", keys.Select(k => $"\"{k}\":{(items[i] as JsonObject)?[k]?.ToJsonString() ?? "null"}")) + "}";
            if (!seen.Add(identity)) errors.Add(new FieldError($"{path}[{i}]", "FieldValueDuplicate", $"Duplicate value: {identity}"));
        }
    }

    private static void ValidateText(string text, JsonObject schema, string path, List<FieldError> errors)
    {
        var length = text.EnumerateRunes().Count();
        if (schema.Long("minLength") is { } least && length < least)
            errors.Add(FieldError.InvalidText(path, text, $"{path} in body should be at least {least} chars long"));
        if (schema.Long("maxLength") is { } most && length > most)
            errors.Add(new FieldError(path, "FieldValueTooLong", $"Too long: may not be longer than {most}"));
        if (schema.Str("pattern") is { } pattern && !MatchesPattern(text, pattern))
            errors.Add(FieldError.InvalidText(path, text, $"{path} in body should match '{pattern}'"));
        if (schema.Str("format") is { } format && !FitsFormat(text, format))
            errors.Add(FieldError.InvalidText(path, text, $"{path} in body must be of type {format}: \"{text}\""));
    }

    /// <summary>Whether a text can be the <c>pattern</c> of a schema.</summary>
    public static bool IsPattern(string pattern)
    {
        try
        {
            _ = new Regex(pattern, RegexOptions.CultureInvariant, PatternTimeout);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static bool MatchesPattern(string text, string pattern)
    {
        try
        {
            return Regex.IsMatch(text, pattern, RegexOptions.CultureInvariant, PatternTimeout);
        }
        catch (RegexMatchTimeoutException)
        {
            return false;
        }
    }

    private static bool FitsFormat(string text, string format) => format switch
    {
        "date-time" => DateTimeOffset.TryParse(text, out _),
        "ipv4" => System.Net.IPAddress.TryParse(text, out var four) && four.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork,
        "ipv6" => System.Net.IPAddress.TryParse(text, out var six) && six.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6,
        "uuid" => Guid.TryParse(text, out _),
        "byte" => Convert.TryFromBase64String(text, new byte[text.Length], out _),
        _ => true,
    };

    private static void ValidateNumber(double number, JsonNode value, JsonObject schema, string path, List<FieldError> errors)
    {
        if (schema["minimum"].AsDouble() is { } least && (schema.Bool("exclusiveMinimum") == true ? number <= least : number < least))
            errors.Add(FieldError.Invalid(path, Show(value), $"{path} in body should be greater than {(schema.Bool("exclusiveMinimum") == true ? "" : "or equal to ")}{schema["minimum"]!.ToJsonString()}"));
        if (schema["maximum"].AsDouble() is { } most && (schema.Bool("exclusiveMaximum") == true ? number >= most : number > most))
            errors.Add(FieldError.Invalid(path, Show(value), $"{path} in body should be less than {(schema.Bool("exclusiveMaximum") == true ? "" : "or equal to ")}{schema["maximum"]!.ToJsonString()}"));
        if (schema["multipleOf"].AsDouble() is { } step and > 0 && Math.Abs(Math.IEEERemainder(number, step)) > 1e-9)
            errors.Add(FieldError.Invalid(path, Show(value), $"{path} in body should be a multiple of {schema["multipleOf"]!.ToJsonString()}"));
    }

    private static void ValidateCombinations(JsonNode value, JsonObject schema, string path, List<FieldError> errors)
    {
        foreach (var inner in schema.Arr("allOf").Objects()) Validate(value, inner, path, errors);
        if (schema.Arr("anyOf") is { } any && schema.Bool("x-kubernetes-int-or-string") != true && any.Objects().All(s => Fails(value, s, path)))
            errors.Add(FieldError.Invalid(path, Show(value), $"{path} in body must validate at least one schema (anyOf)"));
        if (schema.Arr("oneOf") is { } one && one.Objects().Count(s => !Fails(value, s, path)) != 1)
            errors.Add(FieldError.Invalid(path, Show(value), $"{path} in body must validate one and only one schema (oneOf)"));
        if (schema["not"] is JsonObject not && !Fails(value, not, path))
            errors.Add(FieldError.Invalid(path, Show(value), $"{path} in body must not validate the schema (not)"));
    }

    private static bool Fails(JsonNode value, JsonObject schema, string path)
    {
        var errors = new List<FieldError>();
        Validate(value, schema, path, errors);
        return errors.Count > 0;
    }

    private static void Bound(int count, JsonObject schema, string least, string most, string path, string what, List<FieldError> errors)
    {
        if (schema.Long(least) is { } min && count < min)
            errors.Add(FieldError.Invalid(path, count.ToString(), $"{path} in body should have at least {min} {what}"));
        if (schema.Long(most) is { } max && count > max)
            errors.Add(FieldError.TooMany(path, count, max));
    }

    private static string Show(JsonNode value) => value.AsString() is { } text ? $"\"{text}\"" : value.ToJsonString();

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";
}
