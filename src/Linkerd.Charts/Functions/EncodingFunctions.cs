using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Linkerd.Charts.Templates;
using Linkerd.Charts.Values;
using Linkerd.Charts.Yaml;

namespace Linkerd.Charts.Functions;

/// <summary>Base64, digests, YAML and JSON.</summary>
internal static class EncodingFunctions
{
    public static void AddTo(FunctionTable table)
    {
        table.Add("b64enc", (_, a) => Convert.ToBase64String(Encoding.UTF8.GetBytes(a.Text(0))));
        table.Add("b64dec", (_, a) => Encoding.UTF8.GetString(Convert.FromBase64String(a.Text(0))));
        table.Add("sha256sum", (_, a) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(a.Text(0)))).ToLowerInvariant());
        table.Add("adler32sum", (_, a) => Adler32(Encoding.UTF8.GetBytes(a.Text(0))).ToString(CultureInfo.InvariantCulture));
        table.Add("toYaml", (_, a) => YamlWriter.Write(a[0]).TrimEndOnce());
        table.Add("fromYaml", (_, a) => Parse(() => YamlReader.ReadMap(a.Text(0))));
        table.Add("fromYamlArray", (_, a) => ParseList(a.Text(0)));
        table.Add("toJson mustToJson", (_, a) => GoJson.Write(a[0], indent: false));
        table.Add("toPrettyJson mustToPrettyJson", (_, a) => GoJson.Write(a[0], indent: true));
        table.Add("toRawJson mustToRawJson", (_, a) => GoJson.Write(a[0], indent: false, escapeHtml: false));
        table.Add("fromJson mustFromJson", (_, a) => Parse(() => ValueMap.FromNode(JsonNode.Parse(a.Text(0)))));
        table.Add("fromJsonArray", (_, a) => Parse(() => ValueMap.FromNode(JsonNode.Parse(a.Text(0)))));
    }

    /// <summary>RFC 1950, section 8.</summary>
    private static uint Adler32(byte[] data)
    {
        const uint modulus = 65521;
        var (low, high) = (1u, 0u);
        foreach (var value in data)
        {
            low = (low + value) % modulus;
            high = (high + low) % modulus;
        }

        return (high << 16) | low;
    }

    // Helm gives the error as a value, for the template to look at.
    private static object? Parse(Func<object?> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            return new ValueMap { ["Error"] = e.Message };
        }
    }

    private static List<object?> ParseList(string text)
    {
        try
        {
            return YamlReader.Read(text) switch
            {
                null => [],
                List<object?> list => list,
                _ => ["error unmarshaling: the document is no sequence"],
            };
        }
        catch (FormatException e)
        {
            return [e.Message];
        }
    }

    private static string TrimEndOnce(this string text) => text.EndsWith('\n') ? text[..^1] : text;
}
