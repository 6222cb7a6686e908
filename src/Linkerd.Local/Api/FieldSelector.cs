using System.Text.Json.Nodes;
using Linkerd.Local.Schema;

namespace Linkerd.Local.Api;

/// <summary>A field selector: equalities over the few fields that a kind offers.</summary>
internal sealed class FieldSelector
{
    private readonly List<(string Field, string Value, bool Equal)> _terms = [];
    private readonly ResourceInfo _resource;

    private FieldSelector(ResourceInfo resource) => _resource = resource;

    public bool IsEmpty => _terms.Count == 0;

    /// <summary>The name that the selector fixes, or null.</summary>
    public string? Name => _terms.Where(t => t is { Field: "metadata.name", Equal: true }).Select(t => t.Value).FirstOrDefault();

    public static FieldSelector Parse(ResourceInfo resource, string text)
    {
        var selector = new FieldSelector(resource);
        foreach (var term in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var equal = !term.Contains("!=", StringComparison.Ordinal);
            var parts = term.Split(equal ? term.Contains("==", StringComparison.Ordinal) ? "==" : "=" : "!=", 2, StringSplitOptions.TrimEntries);
            if (parts.Length != 2) throw ApiException.BadRequest($"invalid selector: '{text}'; can't understand '{term}'");
            if (parts[0] is not ("metadata.name" or "metadata.namespace") && resource.Strategy.SelectableField([], parts[0]) is null)
                throw ApiException.BadRequest($"field label not supported: {parts[0]}");
            selector._terms.Add((parts[0], parts[1], equal));
        }
        return selector;
    }

    public bool Matches(JsonObject node)
    {
        foreach (var (field, value, equal) in _terms)
        {
            var actual = field switch
            {
                "metadata.name" => node.Obj("metadata").Str("name") ?? "",
                "metadata.namespace" => node.Obj("metadata").Str("namespace") ?? "",
                _ => _resource.Strategy.SelectableField(node, field) ?? "",
            };
            if (actual == value != equal) return false;
        }
        return true;
    }
}
