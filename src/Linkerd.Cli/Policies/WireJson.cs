using System.Text;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Linkerd.Cli.Commands.Diagnostics;

namespace Linkerd.Cli.Policies;

/// <summary>
/// Messages of the contract as JSON, by the field names of their .proto files. Durations are text such as <c>0.3s</c>,
/// addresses are written as addresses, octets as text where they are UTF-8.
/// </summary>
internal static class WireJson
{
    private const string Address = "io.linkerd.proxy.net.IPAddress";
    private const string Span = "google.protobuf.Duration";

    /// <summary>The message as JSON; <paramref name="type"/> is its full name.</summary>
    public static JsonObject Of(IMessage message, string type) => Read(WireSchema.Contract, message.ToByteArray(), type);

    private static JsonObject Read(WireSchema schema, byte[] bytes, string type)
    {
        var fields = schema.Message(type) ?? throw new InvalidOperationException($"the contract has no message {type}");
        var values = new SortedDictionary<int, JsonNode>();
        var input = new CodedInputStream(bytes);
        while (input.ReadTag() is var tag and not 0)
        {
            var number = WireFormat.GetTagFieldNumber(tag);
            if (!fields.TryGetValue(number, out var field))
                input.SkipLastField();
            else if (field.IsMap)
                AddEntry(values, number, input.ReadBytes());
            else if (field.IsRepeated && !IsPacked(tag, field, schema, type))
                ((JsonArray)Slot(values, number, static () => new JsonArray())).Add(ReadValue(schema, input, field, type));
            else
                values[number] = ReadValue(schema, input, field, type);
        }

        var json = new JsonObject();
        foreach (var (number, value) in values)
            json[fields[number].Name] = value;
        return json;
    }

    // No field of the contract is a repeated number; one that came would be shown as its octets.
    private static bool IsPacked(uint tag, WireField field, WireSchema schema, string scope) =>
        WireFormat.GetTagWireType(tag) == WireFormat.WireType.LengthDelimited && field.Type is not ("string" or "bytes") && schema.Message(schema.Resolve(scope, field.Type)) is null && field.Type != Span;

    private static JsonNode Slot(SortedDictionary<int, JsonNode> values, int number, Func<JsonNode> create)
    {
        if (!values.TryGetValue(number, out var node))
            values[number] = node = create();
        return node;
    }

    private static void AddEntry(SortedDictionary<int, JsonNode> values, int number, ByteString entry)
    {
        var input = entry.CreateCodedInput();
        string key = "", value = "";
        while (input.ReadTag() is var tag and not 0)
        {
            if (WireFormat.GetTagFieldNumber(tag) == 1)
                key = input.ReadString();
            else
                value = input.ReadString();
        }

        ((JsonObject)Slot(values, number, static () => new JsonObject()))[key] = value;
    }

    private static JsonNode ReadValue(WireSchema schema, CodedInputStream input, WireField field, string scope) => field.Type switch
    {
        "string" => JsonValue.Create(input.ReadString()),
        "bytes" => JsonValue.Create(Text(input.ReadBytes())),
        "bool" => JsonValue.Create(input.ReadBool()),
        "uint32" => JsonValue.Create(input.ReadUInt32()),
        "uint64" => JsonValue.Create(input.ReadUInt64()),
        "int32" => JsonValue.Create(input.ReadInt32()),
        "int64" => JsonValue.Create(input.ReadInt64()),
        "fixed32" => JsonValue.Create(input.ReadFixed32()),
        "fixed64" => JsonValue.Create(input.ReadFixed64()),
        "float" => JsonValue.Create(input.ReadFloat()),
        "double" => JsonValue.Create(input.ReadDouble()),
        Span => JsonValue.Create(Seconds(Duration.Parser.ParseFrom(input.ReadBytes()))),
        _ => ReadNamed(schema, input, schema.Resolve(scope, field.Type)),
    };

    private static JsonNode ReadNamed(WireSchema schema, CodedInputStream input, string type)
    {
        if (schema.Enumeration(type) is { } names)
        {
            var value = input.ReadEnum();
            return names.TryGetValue(value, out var name) ? JsonValue.Create(name) : JsonValue.Create(value);
        }

        var bytes = input.ReadBytes();
        return type == Address
            ? JsonValue.Create(Addresses.Ip(Linkerd.Api.Net.IPAddress.Parser.ParseFrom(bytes)))
            : Read(schema, bytes.ToByteArray(), type);
    }

    // As the JSON of protobuf has it: no digits that say nothing.
    private static string Seconds(Duration duration) =>
        FormattableString.Invariant($"{(duration.Seconds + (duration.Nanos / 1_000_000_000m)).ToString("0.#########", System.Globalization.CultureInfo.InvariantCulture)}s");

    private static string Text(ByteString bytes)
    {
        try
        {
            return new UTF8Encoding(false, true).GetString(bytes.Span);
        }
        catch (DecoderFallbackException)
        {
            return "base64:" + bytes.ToBase64();
        }
    }
}
