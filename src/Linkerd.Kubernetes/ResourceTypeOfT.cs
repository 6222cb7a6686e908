using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Kubernetes;

/// <summary>What the client must know of a resource to read and write it as <typeparamref name="T"/>.</summary>
public sealed class ResourceType<T>
    where T : class
{
    private readonly Func<T, ObjectMeta> _metadata;

    internal ResourceType(
        GroupVersionResource gvr,
        string kind,
        bool namespaced,
        JsonTypeInfo<T> json,
        JsonTypeInfo<ResourceList<T>> listJson,
        Func<T, ObjectMeta> metadata)
    {
        Gvr = gvr;
        Kind = kind;
        Namespaced = namespaced;
        Json = json;
        ListJson = listJson;
        _metadata = metadata;
    }

    /// <summary>Group, version and plural name.</summary>
    public GroupVersionResource Gvr { get; }

    /// <summary>Kind of the objects, for example <c>Pod</c>.</summary>
    public string Kind { get; }

    /// <summary>Whether objects live in a namespace.</summary>
    public bool Namespaced { get; }

    /// <summary>What to ask for instead of plain JSON for an object and for watch events, or null.</summary>
    internal string? Accept { get; init; }

    /// <summary>What to ask for instead of plain JSON for a list, or null.</summary>
    internal string? ListAccept { get; init; }

    internal JsonTypeInfo<T> Json { get; }

    internal JsonTypeInfo<ResourceList<T>> ListJson { get; }

    /// <summary>The metadata of an object; for dynamic objects a copy, read from the JSON.</summary>
    public ObjectMeta MetadataOf(T value) => _metadata(value);

    /// <summary>Sets <c>apiVersion</c> and <c>kind</c> where absent: the API server leaves them out of list items, and requires them in writes.</summary>
    internal T Stamp(T value)
    {
        switch (value)
        {
            case KubernetesObject typed:
                typed.ApiVersion ??= Gvr.ApiVersion;
                typed.Kind ??= Kind;
                break;
            case JsonObject dynamic:
                dynamic.TryAdd("apiVersion", Gvr.ApiVersion);
                dynamic.TryAdd("kind", Kind);
                break;
        }

        return value;
    }

    public override string ToString() => Gvr.ToString();
}
