using System.Text.Json.Nodes;
using Linkerd.Local.Api;

namespace Linkerd.Local.Schema;

/// <summary>JSON patch, RFC 6902.</summary>
internal static class JsonPatch
{
    private const int MostOperations = 10_000;

    /// <summary>Bytes that the copies of one patch may add: each may copy what the last one made, so that a short patch could fill the memory.</summary>
    private const int MostCopied = 3 << 20;

    public static JsonObject Apply(JsonObject document, JsonArray operations)
    {
        if (operations.Count > MostOperations)
            throw new ApiException(413, "RequestEntityTooLarge", $"The allowed maximum operations in a JSON patch is {MostOperations}, got {operations.Count}");
        JsonNode? root = document;
        var copied = 0L;
        foreach (var operation in operations)
        {
            var step = operation as JsonObject ?? throw ApiException.BadRequest("error decoding patch: every operation must be an object");
            root = Run(root, step, ref copied);
        }
        return root as JsonObject ?? throw Unprocessable("the patch makes the object something else than an object");
    }

    private static JsonNode? Run(JsonNode? root, JsonObject step, ref long copied)
    {
        var path = step.Str("path") ?? throw ApiException.BadRequest("error decoding patch: an operation lacks its path");
        switch (step.Str("op"))
        {
            case "add":
                return Add(root, path, Value(step));
            case "remove":
                return Remove(root, path, out _);
            case "replace":
                return path.Length == 0 ? Value(step) : Replace(root, path, Value(step));
            case "test":
                if (!JsonNode.DeepEquals(Find(root, path), Value(step))) throw Unprocessable($"testing path {path} failed: the value differs");
                return root;
            case "move":
                root = Remove(root, step.Str("from") ?? "", out var moved);
                return Add(root, path, moved);
            case "copy":
                var source = Find(root, step.Str("from") ?? "");
                copied += source?.ToUtf8().Length ?? 0;
                if (copied > MostCopied) throw Unprocessable($"unable to complete the copy to {path}: the copies of this patch add {copied} bytes, more than {MostCopied}");
                return Add(root, path, source.Copy());
            default:
                throw ApiException.BadRequest($"error decoding patch: unexpected kind of operation {step["op"]?.ToJsonString()}");
        }
    }

    private static JsonNode? Value(JsonObject step) =>
        step.ContainsKey("value") ? step["value"].Copy() : throw ApiException.BadRequest("error decoding patch: an operation lacks its value");

    private static JsonNode? Find(JsonNode? root, string path)
    {
        foreach (var token in Tokens(path)) root = Child(root, token, path);
        return root;
    }

    private static JsonNode? Child(JsonNode? node, string token, string path) => node switch
    {
        JsonObject map when map.TryGetPropertyValue(token, out var value) => value,
        JsonArray list when int.TryParse(token, out var index) && index >= 0 && index < list.Count => list[index],
        _ => throw Unprocessable($"the path {path} does not exist"),
    };

    private static (JsonNode? Parent, string Last) Locate(JsonNode? root, string path)
    {
        var tokens = Tokens(path);
        foreach (var token in tokens.AsSpan(0, tokens.Length - 1)) root = Child(root, token, path);
        return (root, tokens[^1]);
    }

    private static JsonNode? Add(JsonNode? root, string path, JsonNode? value)
    {
        CheckDepth(path, value);
        if (path.Length == 0) return value;
        var (parent, last) = Locate(root, path);
        switch (parent)
        {
            case JsonObject map:
                map[last] = value;
                return root;
            case JsonArray list when last == "-":
                list.Add(value);
                return root;
            case JsonArray list when int.TryParse(last, out var index) && index >= 0 && index <= list.Count:
                list.Insert(index, value);
                return root;
            default:
                throw Unprocessable($"add operation does not apply: the path {path} does not exist");
        }
    }

    private static JsonNode? Replace(JsonNode? root, string path, JsonNode? value)
    {
        CheckDepth(path, value);
        var (parent, last) = Locate(root, path);
        Child(parent, last, path);
        if (parent is JsonObject map) map[last] = value;
        else ((JsonArray)parent!)[int.Parse(last)] = value;
        return root;
    }

    private static JsonNode? Remove(JsonNode? root, string path, out JsonNode? removed)
    {
        if (path.Length == 0) throw Unprocessable("the whole object cannot be removed");
        var (parent, last) = Locate(root, path);
        removed = Child(parent, last, path);
        if (parent is JsonObject map) map.Remove(last);
        else ((JsonArray)parent!).RemoveAt(int.Parse(last));
        return root;
    }

    // At every step: what is deep cannot even be copied safely.
    private static void CheckDepth(string path, JsonNode? value)
    {
        var level = path.Count(static c => c == '/');
        if (level > Json.MaxDepth || value.IsDeeperThan(Json.MaxDepth - level))
            throw Unprocessable($"the patch nests values deeper than {Json.MaxDepth} levels");
    }

    private static string[] Tokens(string path)
    {
        if (path.Length == 0) return [];
        if (path[0] != '/') throw ApiException.BadRequest($"error decoding patch: the path {path} must begin with /");
        return path[1..].Split('/').Select(t => t.Replace("~1", "/").Replace("~0", "~")).ToArray();
    }

    private static ApiException Unprocessable(string message) => new(422, "Invalid", "the server rejected our request due to an error in our request: " + message);
}
