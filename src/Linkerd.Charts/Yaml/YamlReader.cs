using Linkerd.Charts.Values;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Linkerd.Charts.Yaml;

/// <summary>Reads YAML (and JSON, which is YAML) into values; bounded in depth and in what aliases may expand to.</summary>
public static class YamlReader
{
    internal const int MaxDepth = 100;
    internal const int MaxNodes = 200_000;

    /// <summary>Reads one document; null when there is none, or only comments.</summary>
    /// <exception cref="FormatException">The text is not one YAML document; the message has line and column.</exception>
    public static object? Read(string text)
    {
        var documents = ReadAll(text);
        return documents.Count switch
        {
            0 => null,
            1 => documents[0],
            _ => throw new FormatException($"expected one YAML document, found {documents.Count}"),
        };
    }

    /// <summary>Reads one document that must be a mapping; an empty one is an empty map.</summary>
    /// <inheritdoc cref="Read"/>
    public static ValueMap ReadMap(string text) => Read(text) switch
    {
        null => [],
        ValueMap map => map,
        _ => throw new FormatException("expected a YAML mapping"),
    };

    /// <summary>Reads every document of a stream; empty documents are null.</summary>
    /// <inheritdoc cref="Read"/>
    public static IReadOnlyList<object?> ReadAll(string text)
    {
        var documents = new List<object?>();
        try
        {
            var parser = new Parser(new StringReader(text));
            parser.Consume<StreamStart>();
            while (parser.Accept<DocumentStart>(out _))
            {
                parser.Consume<DocumentStart>();
                documents.Add(new DocumentReader(parser).ReadNode());
                parser.Consume<DocumentEnd>();
            }
        }
        catch (YamlException e)
        {
            throw new FormatException($"line {e.Start.Line}, column {e.Start.Column}: {e.InnerException?.Message ?? e.Message}", e);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or IndexOutOfRangeException)
        {
            // The scanner gives up like this where a text ends in the middle of something.
            throw new FormatException("the text is not YAML: it ends in the middle of a value, a list or a mapping", e);
        }

        return documents;
    }

    private sealed class DocumentReader(IParser parser)
    {
        private readonly Dictionary<AnchorName, object?> _anchors = [];
        private int _depth;
        private int _nodes;

        public object? ReadNode()
        {
            Count(parser.Current!, 1);
            switch (parser.Current)
            {
                case Scalar:
                    var scalar = parser.Consume<Scalar>();
                    return Remember(scalar.Anchor, ReadScalar(scalar));
                case SequenceStart:
                    return ReadSequence();
                case MappingStart:
                    return ReadMapping();
                default:
                    var alias = parser.Consume<AnchorAlias>();
                    if (!_anchors.TryGetValue(alias.Value, out var value))
                        throw new YamlException(alias.Start, alias.End, $"alias *{alias.Value} has no anchor before it");
                    Count(alias, Size(value));
                    if (_depth + Depth(value) > MaxDepth)
                        throw new YamlException(alias.Start, alias.End, $"with alias *{alias.Value} the document is nested deeper than {MaxDepth} levels");
                    return ValueMap.CopyOf(value);
            }
        }

        private static object? ReadScalar(Scalar scalar)
        {
            var tag = scalar.Tag.IsEmpty ? "" : scalar.Tag.Value;
            var isText = tag is "tag:yaml.org,2002:str" or "!" || (tag.Length == 0 && scalar.Style != ScalarStyle.Plain);
            return isText ? scalar.Value : YamlScalars.Resolve(scalar.Value);
        }

        private List<object?> ReadSequence()
        {
            var start = parser.Consume<SequenceStart>();
            Enter(start);
            var list = new List<object?>();
            while (!parser.TryConsume<SequenceEnd>(out _))
                list.Add(ReadNode());
            _depth--;
            Remember(start.Anchor, list);
            return list;
        }

        private ValueMap ReadMapping()
        {
            var start = parser.Consume<MappingStart>();
            Enter(start);
            var map = new ValueMap();
            var merges = new List<ValueMap>();
            while (!parser.TryConsume<MappingEnd>(out _))
            {
                var key = parser.Consume<Scalar>();
                var value = ReadNode();
                if (key is { Value: "<<", Style: ScalarStyle.Plain })
                    merges.AddRange(Merged(key, value));
                else if (!map.TryAdd(KeyText(key), value))
                    throw new YamlException(key.Start, key.End, $"key \"{key.Value}\" is already set in this mapping");
            }

            foreach (var (key, value) in merges.SelectMany(m => m))
                map.TryAdd(key, ValueMap.CopyOf(value));
            _depth--;
            Remember(start.Anchor, map);
            return map;
        }

        // JSON has no keys but text: what would be a number or a boolean becomes its usual spelling.
        private static string KeyText(Scalar key) => ReadScalar(key) switch
        {
            bool b => b ? "true" : "false",
            double d when double.IsInteger(d) && Math.Abs(d) < 1e15 => ((long)d).ToString(System.Globalization.CultureInfo.InvariantCulture),
            double d => GoFormat.Float(d),
            _ => key.Value,
        };

        private static IEnumerable<ValueMap> Merged(Scalar key, object? value) => value switch
        {
            ValueMap map => [map],
            List<object?> list when list.TrueForAll(i => i is ValueMap) => list.Cast<ValueMap>(),
            _ => throw new YamlException(key.Start, key.End, "the merge key << needs a mapping or a sequence of mappings"),
        };

        private static int Size(object? value) => value switch
        {
            ValueMap map => 1 + map.Values.Sum(Size),
            List<object?> list => 1 + list.Sum(Size),
            _ => 1,
        };

        private static int Depth(object? value) => value switch
        {
            ValueMap map => 1 + map.Values.Select(Depth).DefaultIfEmpty().Max(),
            List<object?> list => 1 + list.Select(Depth).DefaultIfEmpty().Max(),
            _ => 0,
        };

        private void Count(ParsingEvent at, int nodes)
        {
            _nodes += nodes;
            if (_nodes > MaxNodes)
                throw new YamlException(at.Start, at.End, $"the document has more than {MaxNodes} nodes");
        }

        private void Enter(NodeEvent start)
        {
            if (++_depth > MaxDepth)
                throw new YamlException(start.Start, start.End, $"the document is nested deeper than {MaxDepth} levels");
        }

        private object? Remember(AnchorName anchor, object? value)
        {
            if (!anchor.IsEmpty)
                _anchors[anchor] = value;
            return value;
        }
    }
}
