using System.Text.Json.Nodes;

namespace Linkerd.Local.Api;

/// <summary>Reads and writes by a path of names.</summary>
internal static class FieldPath
{
    public static JsonNode? Get(JsonNode? node, IEnumerable<string> path)
    {
        foreach (var name in path)
        {
            node = (node as JsonObject)?[name];
            if (node is null) return null;
        }
        return node;
    }

    public static void Set(JsonObject node, string[] path, JsonNode? value)
    {
        for (var i = 0; i < path.Length - 1; i++)
        {
            if (node[path[i]] is not JsonObject child) node[path[i]] = child = [];
            node = child;
        }
        node[path[^1]] = value;
    }
}
