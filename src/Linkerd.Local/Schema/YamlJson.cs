using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Linkerd.Local.Schema;

/// <summary>YAML to JSON and back, by the YAML 1.1 rules that Kubernetes' parser follows. Aliases are refused: they can explode.</summary>
internal static class YamlJson
{
    private const int MaxDepth = 100;

    public static JsonNode? Parse(byte[] utf8)
    {
        var parser = new Parser(new StringReader(Encoding.UTF8.GetString(utf8)));
        try
        {
            parser.Consume<StreamStart>();
            if (!parser.TryConsume<DocumentStart>(out _)) return null;
            return Read(parser, 0);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or IndexOutOfRangeException)
        {
            // The scanner gives up like this where a text ends in the middle of something.
            throw new YamlException("the text ends in the middle of a value, a list or a mapping", e);
        }
    }

    /// <summary>Writes YAML in block style.</summary>
    public static string Write(JsonNode? node)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        var emitter = new Emitter(text);
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart(null, null, true));
        Emit(emitter, node);
        emitter.Emit(new DocumentEnd(true));
        emitter.Emit(new StreamEnd());
        return text.ToString();
    }

    private static JsonNode? Read(Parser parser, int depth)
    {
        if (depth > MaxDepth) throw new YamlException("the document is nested too deeply");
        if (parser.TryConsume<Scalar>(out var scalar)) return ReadScalar(scalar);
        if (parser.TryConsume<SequenceStart>(out _))
        {
            var array = new JsonArray();
            while (!parser.TryConsume<SequenceEnd>(out _)) array.Add(Read(parser, depth + 1));
            return array;
        }
        if (!parser.TryConsume<MappingStart>(out _)) throw new YamlException("aliases are not supported");
        var map = new JsonObject();
        while (!parser.TryConsume<MappingEnd>(out _)) map[parser.Consume<Scalar>().Value] = Read(parser, depth + 1);
        return map;
    }

    private static JsonValue? ReadScalar(Scalar scalar)
    {
        var text = scalar.Value;
        if (scalar.Style != ScalarStyle.Plain || scalar.Tag.ToString().EndsWith(":str", StringComparison.Ordinal)) return JsonValue.Create(text);
        switch (text)
        {
            case "" or "~" or "null" or "Null" or "NULL":
                return null;
            case "true" or "True" or "TRUE" or "yes" or "Yes" or "YES" or "on" or "On" or "ON":
                return JsonValue.Create(true);
            case "false" or "False" or "FALSE" or "no" or "No" or "NO" or "off" or "Off" or "OFF":
                return JsonValue.Create(false);
        }
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer))
            return text.Length > 1 && text[0] == '0' && TryOctal(text, out var octal) ? JsonValue.Create(octal) : JsonValue.Create(integer);
        return char.IsAsciiDigit(text[^1]) && !text.Contains(' ') && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) && double.IsFinite(real)
            ? JsonValue.Create(real)
            : JsonValue.Create(text);
    }

    private static bool TryOctal(string text, out long value)
    {
        value = 0;
        foreach (var c in text)
        {
            if (c is < '0' or > '7') return false;
            value = (value * 8) + (c - '0');
        }
        return true;
    }

    private static void Emit(Emitter emitter, JsonNode? node)
    {
        switch (node)
        {
            case JsonObject map:
                emitter.Emit(new MappingStart(AnchorName.Empty, TagName.Empty, true, map.Count == 0 ? MappingStyle.Flow : MappingStyle.Block));
                foreach (var (key, value) in map)
                {
                    EmitText(emitter, key);
                    Emit(emitter, value);
                }
                emitter.Emit(new MappingEnd());
                break;
            case JsonArray list:
                emitter.Emit(new SequenceStart(AnchorName.Empty, TagName.Empty, true, list.Count == 0 ? SequenceStyle.Flow : SequenceStyle.Block));
                foreach (var item in list) Emit(emitter, item);
                emitter.Emit(new SequenceEnd());
                break;
            default:
                if (node.AsString() is { } text) EmitText(emitter, text);
                else emitter.Emit(new Scalar(AnchorName.Empty, TagName.Empty, node?.ToJsonString() ?? "null", ScalarStyle.Plain, true, false));
                break;
        }
    }

    private static void EmitText(Emitter emitter, string text)
    {
        var plain = new Scalar(AnchorName.Empty, TagName.Empty, text, ScalarStyle.Plain, true, false);
        var style = text.Contains('\n') ? ScalarStyle.Literal : ReadScalar(plain).AsString() == text ? ScalarStyle.Any : ScalarStyle.DoubleQuoted;
        emitter.Emit(new Scalar(AnchorName.Empty, TagName.Empty, text, style, true, true));
    }
}
