using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Linkerd.Kubernetes.Yaml;

/// <summary>Manifests: YAML (or JSON, which is YAML) to JSON nodes and back, with the scalar rules of Kubernetes.</summary>
public static class KubernetesYaml
{
    /// <summary>Reads every document of a stream; empty documents are left out.</summary>
    /// <exception cref="FormatException">The text is not YAML; the message has line and column.</exception>
    public static IReadOnlyList<JsonNode> ReadAll(string text)
    {
        using var reader = new StringReader(text);
        return ReadAll(reader);
    }

    /// <inheritdoc cref="ReadAll(string)"/>
    public static IReadOnlyList<JsonNode> ReadAll(TextReader reader)
    {
        var documents = new List<JsonNode>();
        try
        {
            var parser = new Parser(reader);
            parser.Consume<StreamStart>();
            while (parser.Accept<DocumentStart>(out _))
            {
                parser.Consume<DocumentStart>();
                if (new YamlDocumentReader(parser).ReadNode() is { } node)
                    documents.Add(node);
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

    /// <summary>Reads the one document of a text; null when it is empty.</summary>
    /// <exception cref="FormatException">The text is not YAML or has several documents.</exception>
    public static JsonNode? Read(string text)
    {
        var documents = ReadAll(text);
        return documents.Count switch
        {
            0 => null,
            1 => documents[0],
            _ => throw new FormatException($"expected one YAML document, found {documents.Count}"),
        };
    }

    /// <summary>Writes a node as block YAML with two-space indentation, keys in their order, ending with a newline.</summary>
    public static string Write(JsonNode? node) => new YamlDocumentWriter().Write(node);
}
