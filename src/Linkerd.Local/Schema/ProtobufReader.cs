using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Linkerd.Local.Api;

namespace Linkerd.Local.Schema;

/// <summary>
/// Reads Kubernetes' protobuf form of built-in types into JSON, by the field numbers of the type table. Newer kubectl sends it for what it
/// creates without a file. Answers are always JSON, which such clients accept as well.
/// </summary>
internal static class ProtobufReader
{
    public const string MediaType = "application/vnd.kubernetes.protobuf";
    private const int MaxDepth = 64;
    private static readonly byte[] Magic = "k8s\0"u8.ToArray();

    // Fields that are pointers in Go: their zero value says something. All other zeros are only the way Go writes absence.
    private static readonly HashSet<string> KeptZeros =
    [
        "replicas", "completions", "parallelism", "backoffLimit", "gracePeriodSeconds", "expirationSeconds", "automountServiceAccountToken", "enableServiceLinks",
        "allowPrivilegeEscalation", "runAsNonRoot", "runAsUser", "runAsGroup", "fsGroup", "terminationGracePeriodSeconds", "controller", "storageClassName", "value",
        "minAvailable", "maxUnavailable", "maxSurge", "revisionHistoryLimit", "ttlSecondsAfterFinished", "orphanDependents",
    ];

    public static JsonObject Read(ReadOnlySpan<byte> body)
    {
        if (!body.StartsWith(Magic)) throw ApiException.BadRequest("the body does not begin with the magic bytes of Kubernetes' protobuf form");
        try
        {
            return ReadEnvelope(body[Magic.Length..]);
        }
        catch (Exception e) when (e is InvalidDataException or JsonException or ArgumentOutOfRangeException)
        {
            throw ApiException.BadRequest("error decoding protobuf body: " + e.Message);
        }
    }

    private static JsonObject ReadEnvelope(ReadOnlySpan<byte> envelope)
    {
        var apiVersion = "";
        var kind = "";
        ReadOnlySpan<byte> raw = [];
        while (envelope.Length > 0)
        {
            var field = Next(ref envelope);
            if (field.Number == 2) raw = field.Bytes;
            if (field.Number != 1) continue;
            var meta = field.Bytes;
            while (meta.Length > 0)
            {
                var part = Next(ref meta);
                if (part.Number == 1) apiVersion = Encoding.UTF8.GetString(part.Bytes);
                else if (part.Number == 2) kind = Encoding.UTF8.GetString(part.Bytes);
            }
        }
        var type = TypeTable.Instance.FindKind(apiVersion, kind)
            ?? throw ApiException.UnsupportedMediaType($"protobuf is not supported for {apiVersion} {kind}: send application/json");
        var node = new JsonObject { ["apiVersion"] = apiVersion, ["kind"] = kind };
        ReadMessage(raw, type, node, 0, 0);
        return node;
    }

    /// <summary>Reads the fields of a message; <paramref name="outer"/> is the number of the embedded message that it is, or 0.</summary>
    private static void ReadMessage(ReadOnlySpan<byte> message, SchemaType type, JsonObject node, int outer, int depth)
    {
        if (depth > MaxDepth) throw new InvalidDataException("nested too deeply");
        while (message.Length > 0)
        {
            var field = Next(ref message);
            if (outer == 0 && type.IsEmbedded(field.Number))
            {
                ReadMessage(field.Bytes, type, node, field.Number, depth + 1);
                continue;
            }
            if (type.ByNumber(outer, field.Number) is not { } target) continue;
            if (target.Type.Kind == FieldKind.List)
            {
                if (node[target.Name] is not JsonArray list) node[target.Name] = list = [];
                list.Add(ReadValue(field, target.Type.Element!, depth));
            }
            else if (target.Type.Kind == FieldKind.Map)
            {
                ReadEntry(field.Bytes, target.Type.Element!, node.Child(target.Name), depth);
            }
            else if (ReadValue(field, target.Type, depth) is { } value && (!IsZero(value) || KeptZeros.Contains(target.Name)))
            {
                node[target.Name] = value;
            }
        }
    }

    private static void ReadEntry(ReadOnlySpan<byte> entry, FieldType element, JsonObject map, int depth)
    {
        var key = "";
        JsonNode? value = element.Kind is FieldKind.String or FieldKind.Bytes ? "" : null;
        while (entry.Length > 0)
        {
            var part = Next(ref entry);
            if (part.Number == 1) key = Encoding.UTF8.GetString(part.Bytes);
            else if (part.Number == 2) value = ReadValue(part, element, depth);
        }
        map[key] = value;
    }

    private static JsonNode? ReadValue(ProtobufField field, FieldType type, int depth)
    {
        switch (type.Kind)
        {
            case FieldKind.Boolean:
                return JsonValue.Create(field.Varint != 0);
            case FieldKind.Int32 or FieldKind.Int64:
                return JsonValue.Create((long)field.Varint);
            case FieldKind.Double:
                return JsonValue.Create(BitConverter.UInt64BitsToDouble(field.Varint));
            case FieldKind.Bytes:
                return JsonValue.Create(Convert.ToBase64String(field.Bytes));
            case FieldKind.Quantity:
                return Part(field.Bytes, 1) .Bytes is { Length: > 0 } text ? JsonValue.Create(Encoding.UTF8.GetString(text)) : JsonValue.Create("0");
            case FieldKind.IntOrString:
                return Part(field.Bytes, 1).Varint == 0 ? JsonValue.Create((long)Part(field.Bytes, 2).Varint) : JsonValue.Create(Encoding.UTF8.GetString(Part(field.Bytes, 3).Bytes));
            case FieldKind.Time or FieldKind.MicroTime:
                return field.Bytes.Length == 0 ? null : JsonValue.Create(ApiCore.Timestamp(DateTimeOffset.FromUnixTimeSeconds((long)Part(field.Bytes, 1).Varint)));
            case FieldKind.Any:
                return Part(field.Bytes, 1).Bytes is { Length: > 0 } raw ? Json.Parse(raw, null) : null;
            case FieldKind.Object:
                var node = new JsonObject();
                ReadMessage(field.Bytes, type.Object!, node, 0, depth + 1);
                return node;
            default:
                return JsonValue.Create(Encoding.UTF8.GetString(field.Bytes));
        }
    }

    private static ProtobufField Part(ReadOnlySpan<byte> message, int number)
    {
        while (message.Length > 0)
        {
            var field = Next(ref message);
            if (field.Number == number) return field;
        }
        return default;
    }

    private static bool IsZero(JsonNode value) => value.AsString() is { Length: 0 } || value.AsLong() == 0 || (value is JsonValue flag && flag.TryGetValue(out bool set) && !set);

    private static ProtobufField Next(scoped ref ReadOnlySpan<byte> message)
    {
        var tag = Varint(ref message);
        var number = (int)(tag >> 3);
        switch (tag & 7)
        {
            case 0:
                return new ProtobufField(number, Varint(ref message), []);
            case 1 when message.Length >= 8:
                var wide = BinaryPrimitives.ReadUInt64LittleEndian(message);
                message = message[8..];
                return new ProtobufField(number, wide, []);
            case 2:
                var length = Varint(ref message);
                if (length > (ulong)message.Length) throw new InvalidDataException("a field is longer than its message");
                var bytes = message[..(int)length];
                message = message[(int)length..];
                return new ProtobufField(number, 0, bytes);
            case 5 when message.Length >= 4:
                var narrow = BinaryPrimitives.ReadUInt32LittleEndian(message);
                message = message[4..];
                return new ProtobufField(number, narrow, []);
            default:
                throw new InvalidDataException($"field {number} has an unknown wire type or is cut short");
        }
    }

    private static ulong Varint(scoped ref ReadOnlySpan<byte> message)
    {
        ulong value = 0;
        for (var i = 0; i < 10; i++)
        {
            if (message.Length == 0) break;
            var part = message[0];
            message = message[1..];
            value |= (ulong)(part & 0x7f) << (7 * i);
            if (part < 0x80) return value;
        }
        throw new InvalidDataException("a number is cut short");
    }
}
