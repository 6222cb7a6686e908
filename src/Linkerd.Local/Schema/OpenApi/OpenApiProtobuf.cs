using System.Text.Json.Nodes;

namespace Linkerd.Local.Schema.OpenApi;

/// <summary>
/// The protobuf form of an OpenAPI v2 document (messages <c>openapi.v2.Document</c> and below), which older kubectl asks for. Only what our
/// documents hold is encoded; extensions are YAML text, and JSON is YAML.
/// </summary>
internal static class OpenApiProtobuf
{
    public static byte[] Encode(JsonObject document)
    {
        var writer = new ProtobufWriter();
        writer.Text(1, document.Str("swagger"));
        writer.Message(2, info =>
        {
            info.Text(1, document.Obj("info").Str("title"));
            info.Text(2, document.Obj("info").Str("version"));
        });
        writer.Message(8, paths =>
        {
            foreach (var (path, item) in document.Obj("paths") ?? [])
                paths.Message(2, named => Named(named, path, value => PathItem(value, (JsonObject)item!)));
        });
        writer.Message(9, definitions =>
        {
            foreach (var (name, schema) in document.Obj("definitions") ?? [])
                definitions.Message(1, named => Named(named, name, value => Schema(value, (JsonObject)schema!)));
        });
        return writer.ToArray();
    }

    private static void Named(ProtobufWriter writer, string name, Action<ProtobufWriter> value)
    {
        writer.Text(1, name);
        writer.Message(2, value);
    }

    private static void PathItem(ProtobufWriter writer, JsonObject item)
    {
        foreach (var (method, number) in Methods)
            if (item.Obj(method) is { } operation) writer.Message(number, inner => Operation(inner, operation));
    }

    private static (string Method, int Number)[] Methods { get; } = [("get", 2), ("put", 3), ("post", 4), ("delete", 5), ("patch", 8)];

    private static void Operation(ProtobufWriter writer, JsonObject operation)
    {
        writer.Text(5, operation.Str("operationId"));
        foreach (var type in operation.Arr("consumes").Strings()) writer.Text(7, type);
        foreach (var parameter in operation.Arr("parameters").Objects())
            writer.Message(8, item => item.Message(1, any => any.Message(2, plain => plain.Message(3, query =>
            {
                query.Text(2, "query");
                query.Text(4, parameter.Str("name"));
                query.Text(6, "string");
            }))));
        Extensions(writer, 13, operation);
    }

    private static void Schema(ProtobufWriter writer, JsonObject schema)
    {
        writer.Text(1, schema.Str("$ref"));
        writer.Text(2, schema.Str("format"));
        writer.Text(4, schema.Str("description"));
        foreach (var name in schema.Arr("required").Strings()) writer.Text(19, name);
        if (schema["additionalProperties"] is JsonObject element) writer.Message(21, item => item.Message(1, inner => Schema(inner, element)));
        if (schema.Str("type") is { } type) writer.Message(22, item => item.Text(1, type));
        if (schema["items"] is JsonObject items) writer.Message(23, item => item.Message(1, inner => Schema(inner, items)));
        if (schema.Obj("properties") is { } properties)
            writer.Message(25, all =>
            {
                foreach (var (name, property) in properties)
                    if (property is JsonObject inner) all.Message(1, named => Named(named, name, value => Schema(value, inner)));
            });
        Extensions(writer, 31, schema);
    }

    private static void Extensions(ProtobufWriter writer, int number, JsonObject node)
    {
        foreach (var (name, value) in node)
            if (name.StartsWith("x-", StringComparison.Ordinal) && value is not null)
                writer.Message(number, named => Named(named, name, any => any.Text(2, (value.AsString() ?? value.ToJsonString()) + "\n")));
    }
}
