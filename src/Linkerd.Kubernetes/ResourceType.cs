using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Kubernetes;

/// <summary>Makes resource types.</summary>
public static class ResourceType
{
    /// <summary>A resource whose objects are plain JSON: custom resources, and objects that must be written back whole.</summary>
    public static ResourceType<JsonObject> Dynamic(GroupVersionResource gvr, string kind, bool namespaced) =>
        new(gvr, kind, namespaced, KubernetesJson.Default.JsonObject, KubernetesJson.Default.ResourceListJsonObject, ReadMetadata);

    /// <summary>A resource with a type of the caller's, who brings its source-generated JSON.</summary>
    public static ResourceType<T> Typed<T>(GroupVersionResource gvr, string kind, bool namespaced, JsonTypeInfo<T> json, JsonTypeInfo<ResourceList<T>> listJson)
        where T : KubernetesObject =>
        new(gvr, kind, namespaced, json, listJson, static o => o.Metadata);

    /// <summary>A resource of which only the metadata is fetched: enough for owners and labels, and much smaller.</summary>
    public static ResourceType<PartialObject> MetadataOnly<T>(ResourceType<T> type)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(type);
        return new(type.Gvr, type.Kind, type.Namespaced, KubernetesJson.Default.PartialObject, KubernetesJson.Default.ResourceListPartialObject, static o => o.Metadata)
        {
            // The server refuses the form of one object for a list and the other way round.
            Accept = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json",
            ListAccept = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json",
        };
    }

    private static ObjectMeta ReadMetadata(JsonObject value) =>
        value["metadata"] is JsonObject metadata ? metadata.Deserialize(KubernetesJson.Default.ObjectMeta) ?? new() : new();
}
