using System.Text.Json.Nodes;
using Linkerd.Local.Schema;

namespace Linkerd.Local.Api;

/// <summary>The rule for keys in ConfigMaps and Secrets.</summary>
internal static class DataKeys
{
    private const string Help = "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";

    public static void Validate(JsonObject node, List<FieldError> errors)
    {
        foreach (var field in (ReadOnlySpan<string>)["data", "binaryData"])
            foreach (var (key, _) in node.Obj(field) ?? [])
                if (key.Length is 0 or > 253 || key is "." or ".." || !key.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
                    errors.Add(FieldError.InvalidText($"{field}[{key}]", key, Help));
    }
}
