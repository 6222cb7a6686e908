using System.Text.Json.Nodes;
using Linkerd.Local.Schema;

namespace Linkerd.Local.Printing;

/// <summary>The JSON paths that printer columns use: names, <c>[0]</c>, <c>[*]</c>, <c>['name']</c> and <c>[?(@.field=="value")]</c>.</summary>
internal static class SimplePath
{
    public static JsonNode? Find(JsonNode? node, string path)
    {
        var i = 0;
        while (node is not null && i < path.Length)
        {
            if (path[i] == '.')
            {
                var end = NameEnd(path, i + 1);
                if (end > i + 1) node = (node as JsonObject)?[path[(i + 1)..end].Replace("\\.", ".")];
                i = Math.Max(end, i + 1);
            }
            else if (path[i] == '[')
            {
                var close = path.IndexOf(']', i);
                if (close < 0) return null;
                node = Index(node, path[(i + 1)..close]);
                i = close + 1;
            }
            else
            {
                return null;
            }
        }
        return node;
    }

    private static int NameEnd(string path, int from)
    {
        while (from < path.Length && (path[from] is not ('.' or '[') || path[from - 1] == '\\')) from++;
        return from;
    }

    private static JsonNode? Index(JsonNode node, string index)
    {
        if (index.StartsWith('\'') || index.StartsWith('"')) return (node as JsonObject)?[index.Trim('\'', '"')];
        if (node is not JsonArray list) return null;
        if (index == "*") return list.Count > 0 ? list[0] : null;
        if (int.TryParse(index, out var at)) return at >= 0 && at < list.Count ? list[at] : at < 0 && -at <= list.Count ? list[list.Count + at] : null;
        if (!index.StartsWith("?(@", StringComparison.Ordinal)) return null;
        var parts = index[3..].TrimEnd(')').Split("==", 2, StringSplitOptions.TrimEntries);
        return parts.Length != 2 ? null : list.FirstOrDefault(item => Find(item, parts[0]).AsString() == parts[1].Trim('\'', '"'));
    }
}
