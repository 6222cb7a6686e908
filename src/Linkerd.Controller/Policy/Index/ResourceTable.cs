using Linkerd.Controller.Policy.Core;

namespace Linkerd.Controller.Policy.Index;

/// <summary>Resources of one kind by namespace and name; not synchronised.</summary>
internal sealed class ResourceTable<T>
    where T : class, IPolicyResource
{
    private readonly Dictionary<string, Dictionary<string, T>> _namespaces = [];

    /// <summary>All of them, in no order.</summary>
    public IEnumerable<T> All => _namespaces.Values.SelectMany(static n => n.Values);

    /// <summary>How often something was set or removed.</summary>
    public long Changes { get; private set; }

    /// <summary>Adds or replaces one.</summary>
    public void Set(T resource)
    {
        Changes++;
        if (!_namespaces.TryGetValue(resource.Name.Namespace, out var names))
            _namespaces.Add(resource.Name.Namespace, names = []);
        names[resource.Name.Name] = resource;
    }

    /// <summary>Removes one, if it is there.</summary>
    public void Remove(ResourceName name)
    {
        Changes++;
        if (_namespaces.TryGetValue(name.Namespace, out var names) && names.Remove(name.Name) && names.Count == 0)
            _namespaces.Remove(name.Namespace);
    }

    /// <summary>The one of that name, or null.</summary>
    public T? Get(string ns, string name) => _namespaces.TryGetValue(ns, out var names) ? names.GetValueOrDefault(name) : null;

    /// <summary>Those of a namespace: the oldest first, those of one age by name.</summary>
    public IEnumerable<T> In(string ns) => _namespaces.TryGetValue(ns, out var names) ? Ordered(names.Values) : [];

    /// <summary>Oldest first, those of one age by name.</summary>
    public static IEnumerable<T> Ordered(IEnumerable<T> resources) => resources.OrderBy(static r => r.Created).ThenBy(static r => r.Name.Name, StringComparer.Ordinal).ThenBy(static r => r.Name.Namespace, StringComparer.Ordinal);
}
