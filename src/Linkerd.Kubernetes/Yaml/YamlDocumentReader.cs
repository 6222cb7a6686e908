using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Linkerd.Kubernetes.Yaml;

/// <summary>Builds one document's JSON from parser events; bounded in depth and in what aliases may expand to.</summary>
internal sealed class YamlDocumentReader(IParser parser)
{
    private const int MaxDepth = 200;
    private const int MaxNodes = 1_000_000;

    private readonly Dictionary<AnchorName, JsonNode?> _anchors = [];
    private int _depth;
    private int _nodes;

    public JsonNode? ReadNode()
    {
        if (++_nodes > MaxNodes)
            throw new YamlException(parser.Current!.Start, parser.Current.End, $"the document has more than {MaxNodes} nodes");
        switch (parser.Current)
        {
            case Scalar:
                var scalar = parser.Consume<Scalar>();
                return Remember(scalar.Anchor, YamlScalar.Resolve(scalar));
            case SequenceStart:
                return ReadSequence();
            case MappingStart:
                return ReadMapping();
            case AnchorAlias:
                return ReadAlias();
            default:
                throw new YamlException($"unexpected {parser.Current?.GetType().Name}");
        }
    }

    private JsonArray ReadSequence()
    {
        var start = parser.Consume<SequenceStart>();
        Enter(start);
        var array = new JsonArray();
        while (!parser.TryConsume<SequenceEnd>(out _))
            array.Add(ReadNode());
        _depth--;
        Remember(start.Anchor, array);
        return array;
    }

    private JsonObject ReadMapping()
    {
        var start = parser.Consume<MappingStart>();
        Enter(start);
        var map = new JsonObject();
        List<JsonObject>? merges = null;
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            var key = parser.Consume<Scalar>();
            var isMerge = key is { Value: "<<", Style: ScalarStyle.Plain };
            var value = ReadNode();
            if (isMerge)
                Collect(key, value, merges ??= []);
            else if (!map.TryAdd(key.Value, value))
                throw new YamlException(key.Start, key.End, $"key \"{key.Value}\" is already set in this mapping");
        }

        foreach (var merge in merges ?? [])
        {
            foreach (var (key, value) in merge)
            {
                if (!map.ContainsKey(key))
                    map[key] = value?.DeepClone();
            }
        }

        _depth--;
        Remember(start.Anchor, map);
        return map;
    }

    private static void Collect(Scalar key, JsonNode? value, List<JsonObject> merges)
    {
        switch (value)
        {
            case JsonObject map:
                merges.Add(map);
                break;
            case JsonArray array when array.All(static i => i is JsonObject):
                merges.AddRange(array.Select(static i => (JsonObject)i!));
                break;
            default:
                throw new YamlException(key.Start, key.End, "the merge key << needs a mapping or a sequence of mappings");
        }
    }

    private JsonNode? ReadAlias()
    {
        var alias = parser.Consume<AnchorAlias>();
        if (!_anchors.TryGetValue(alias.Value, out var node))
            throw new YamlException(alias.Start, alias.End, $"alias *{alias.Value} has no anchor before it");
        _nodes += Count(node, alias);
        return node?.DeepClone();
    }

    private int Count(JsonNode? node, AnchorAlias alias)
    {
        var count = 1;
        if (node is JsonObject map)
            count += map.Sum(p => Count(p.Value, alias));
        else if (node is JsonArray array)
            count += array.Sum(i => Count(i, alias));
        return _nodes + count > MaxNodes
            ? throw new YamlException(alias.Start, alias.End, $"aliases expand the document to more than {MaxNodes} nodes")
            : count;
    }

    private void Enter(NodeEvent start)
    {
        if (++_depth > MaxDepth)
            throw new YamlException(start.Start, start.End, $"the document is nested deeper than {MaxDepth} levels");
    }

    private JsonNode? Remember(AnchorName anchor, JsonNode? node)
    {
        if (!anchor.IsEmpty)
            _anchors[anchor] = node;
        return node;
    }
}
