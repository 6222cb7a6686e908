using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Linkerd.Kubernetes.Yaml;

/// <summary>Block-style YAML that <see cref="KubernetesYaml.ReadAll(string)"/> and kubectl read back unchanged.</summary>
internal sealed class YamlDocumentWriter
{
    private static readonly SearchValues<char> s_unsafeAnywhere = SearchValues.Create("\0\u0001\u0002\u0003\u0004\u0005\u0006\a\b\t\v\f\r\u001b\u007f\u0085\u2028\u2029\ufeff");

    private readonly StringBuilder _out = new();

    public string Write(JsonNode? node)
    {
        WriteNode(node, 0, inline: false);
        if (_out.Length == 0 || _out[^1] != '\n')
            _out.Append('\n');
        return _out.ToString();
    }

    private void WriteNode(JsonNode? node, int indent, bool inline)
    {
        switch (node)
        {
            case JsonObject { Count: > 0 } map:
                WriteMapping(map, indent, inline);
                break;
            case JsonArray { Count: > 0 } array:
                WriteSequence(array, indent, inline);
                break;
            default:
                WriteScalar(node, indent);
                _out.Append('\n');
                break;
        }
    }

    private void WriteMapping(JsonObject map, int indent, bool inline)
    {
        foreach (var (key, value) in map)
        {
            if (!inline)
                _out.Append(' ', indent);
            inline = false;
            _out.Append(IsPlain(key) ? key : Quote(key)).Append(':');
            if (value is JsonObject { Count: > 0 })
            {
                _out.Append('\n');
                WriteNode(value, indent + 2, inline: false);
            }
            else if (value is JsonArray { Count: > 0 })
            {
                _out.Append('\n');
                WriteNode(value, indent, inline: false);
            }
            else
            {
                _out.Append(' ');
                WriteNode(value, indent + 2, inline: true);
            }
        }
    }

    private void WriteSequence(JsonArray array, int indent, bool inline)
    {
        foreach (var item in array)
        {
            if (!inline)
                _out.Append(' ', indent);
            inline = false;
            _out.Append("- ");
            WriteNode(item, indent + 2, inline: true);
        }
    }

    private void WriteScalar(JsonNode? node, int indent)
    {
        switch (node)
        {
            case null:
                _out.Append("null");
                break;
            case JsonObject:
                _out.Append("{}");
                break;
            case JsonArray:
                _out.Append("[]");
                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                WriteString(value.GetValue<string>(), indent);
                break;
            default:
                _out.Append(node.ToJsonString());
                break;
        }
    }

    private void WriteString(string text, int indent)
    {
        if (IsPlain(text))
            _out.Append(text);
        else if (text.Contains('\n') && IsBlockSafe(text))
            WriteLiteral(text, indent);
        else
            _out.Append(Quote(text));
    }

    private void WriteLiteral(string text, int indent)
    {
        var trailing = text.Length - text.TrimEnd('\n').Length;
        _out.Append(trailing switch { 0 => "|-", 1 => "|", _ => "|+" });
        foreach (var line in text.AsSpan(0, trailing == 0 ? text.Length : text.Length - 1).EnumerateLines())
        {
            _out.Append('\n');
            if (!line.IsEmpty)
                _out.Append(' ', Math.Max(indent, 2)).Append(line);
        }
    }

    /// <summary>A literal block cannot start with a space or an empty line without an indentation mark, nor hold control characters.</summary>
    private static bool IsBlockSafe(string text) =>
        text[0] is not (' ' or '\n') && text.TrimEnd('\n').Length > 0 && text.AsSpan().IndexOfAny(s_unsafeAnywhere) < 0 && !text.Contains(" \n", StringComparison.Ordinal);

    private static bool IsPlain(string text)
    {
        if (text.Length == 0 || YamlScalar.IsAmbiguous(text) || text.Contains('\n') || text.AsSpan().IndexOfAny(s_unsafeAnywhere) >= 0)
            return false;
        if (text[0] is ' ' or '!' or '&' or '*' or '{' or '}' or '[' or ']' or ',' or '#' or '|' or '>' or '@' or '`' or '"' or '\'' or '%' or '=' or '<')
            return false;
        if (text[0] is '-' or '?' or ':' or '.' && (text.Length == 1 || text[1] is ' ' or '-' or '.' || text[0] is '.'))
            return false;
        return text[^1] is not (' ' or ':') && !text.Contains(": ", StringComparison.Ordinal) && !text.Contains(" #", StringComparison.Ordinal);
    }

    private static string Quote(string text)
    {
        // As go-yaml does: double quotes where a plain word would be read as another type, single quotes for mere punctuation.
        var needsEscapes = text.Length == 0 || YamlScalar.IsAmbiguous(text) || text.AsSpan().IndexOfAny(s_unsafeAnywhere) >= 0 || text.Contains('\n');
        return needsEscapes ? JsonValue.Create(text).ToJsonString() : $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
    }
}
