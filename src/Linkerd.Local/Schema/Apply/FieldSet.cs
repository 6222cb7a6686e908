using System.Text.Json.Nodes;

namespace Linkerd.Local.Schema.Apply;

/// <summary>A set of fields of an object as a tree, as <c>metadata.managedFields[].fieldsV1</c> holds it. Built once, then only read.</summary>
internal sealed class FieldSet
{
    private const string Self = ".";
    private readonly SortedDictionary<string, FieldSet> _children = new(StringComparer.Ordinal);

    /// <summary>Whether the node itself belongs to the set, and not only what is below it.</summary>
    public bool IsMember { get; set; }

    public bool IsEmpty => !IsMember && _children.Values.All(static c => c.IsEmpty);

    public IReadOnlyDictionary<string, FieldSet> Children => _children;

    /// <summary>The node of a child, made when it is not there.</summary>
    public FieldSet At(PathElement element)
    {
        if (!_children.TryGetValue(element.Key, out var child)) _children[element.Key] = child = new FieldSet();
        return child;
    }

    public FieldSet? Find(string key) => _children.GetValueOrDefault(key);

    public FieldSet Union(FieldSet other) => Combine(this, other, static (a, b) => a || b);

    public FieldSet Intersection(FieldSet other) => Combine(this, other, static (a, b) => a && b);

    public FieldSet Difference(FieldSet other) => Combine(this, other, static (a, b) => a && !b);

    public bool SetEquals(FieldSet other) => JsonNode.DeepEquals(ToJson(), other.ToJson());

    /// <summary>Calls for each member with its path.</summary>
    public void ForEach(Action<IReadOnlyList<PathElement>> member) => ForEach([], member);

    /// <summary>The form of <c>fieldsV1</c>.</summary>
    public JsonObject ToJson()
    {
        var node = new JsonObject();
        var inner = _children.Where(static c => !c.Value.IsEmpty).ToList();
        if (IsMember && inner.Count > 0) node[Self] = new JsonObject();
        foreach (var (key, child) in inner) node[key] = child.ToJson();
        return node;
    }

    /// <summary>Reads <c>fieldsV1</c>; what is no such form is left out.</summary>
    public static FieldSet Parse(JsonObject? node)
    {
        var set = new FieldSet();
        foreach (var (key, value) in node ?? [])
        {
            if (key == Self) set.IsMember = true;
            else if (key.Length > 1 && key[1] == ':') set._children[key] = Leaf(value as JsonObject);
        }
        return set;

        static FieldSet Leaf(JsonObject? inner)
        {
            var child = Parse(inner);
            if (inner is null or { Count: 0 }) child.IsMember = true;
            return child;
        }
    }

    private void ForEach(List<PathElement> path, Action<IReadOnlyList<PathElement>> member)
    {
        if (IsMember) member([.. path]);
        foreach (var (key, child) in _children)
        {
            path.Add(new PathElement(key));
            child.ForEach(path, member);
            path.RemoveAt(path.Count - 1);
        }
    }

    private static FieldSet Combine(FieldSet? one, FieldSet? other, Func<bool, bool, bool> rule)
    {
        var result = new FieldSet { IsMember = rule(one?.IsMember == true, other?.IsMember == true) };
        foreach (var key in (one?._children.Keys ?? Enumerable.Empty<string>()).Union(other?._children.Keys ?? Enumerable.Empty<string>()))
        {
            var child = Combine(one?.Find(key), other?.Find(key), rule);
            if (!child.IsEmpty) result._children[key] = child;
        }
        return result;
    }
}
