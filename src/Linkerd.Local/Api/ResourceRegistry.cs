using System.Collections.Immutable;

namespace Linkerd.Local.Api;

/// <summary>What is served right now: the built-in resources and those of established custom resource definitions.</summary>
internal sealed class ResourceRegistry(IReadOnlyList<ResourceInfo> builtin)
{
    private readonly Lock _lock = new();
    private ImmutableDictionary<(string Group, string Plural), ResourceInfo> _byName =
        builtin.ToImmutableDictionary(r => (r.Group, r.Plural));

    private ImmutableArray<ResourceInfo> _ordered = [.. builtin];

    /// <summary>All resources, the built-in ones first, in a stable order.</summary>
    public ImmutableArray<ResourceInfo> All => _ordered;

    /// <summary>Counts the changes, for caches of derived documents.</summary>
    public long Generation { get; private set; }

    public ResourceInfo? Find(string group, string plural) => _byName.GetValueOrDefault((group, plural));

    public ResourceInfo? FindKind(string group, string kind) => All.FirstOrDefault(r => r.Group == group && r.Kind == kind);

    public ResourceInfo Get(string group, string plural) =>
        Find(group, plural) ?? throw new InvalidOperationException($"{plural}.{group} is not registered");

    /// <summary>Adds or replaces a custom resource.</summary>
    public void Set(ResourceInfo resource)
    {
        lock (_lock)
        {
            _byName = _byName.SetItem((resource.Group, resource.Plural), resource);
            var at = IndexOf(resource);
            _ordered = at < 0 ? _ordered.Add(resource) : _ordered.SetItem(at, resource);
            Generation++;
        }
    }

    public void Remove(string group, string plural)
    {
        lock (_lock)
        {
            _byName = _byName.Remove((group, plural));
            _ordered = _ordered.RemoveAll(r => r.IsCustom && r.Group == group && r.Plural == plural);
            Generation++;
        }
    }

    private int IndexOf(ResourceInfo resource)
    {
        for (var i = 0; i < _ordered.Length; i++)
            if (_ordered[i].Group == resource.Group && _ordered[i].Plural == resource.Plural) return i;
        return -1;
    }
}
