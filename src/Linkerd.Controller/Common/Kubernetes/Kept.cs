using System.Text.Json.Nodes;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Controller.Common.Kubernetes;

/// <summary>What informer caches keep where an index holds the rest: the name and the version.</summary>
internal static class Kept
{
    public static Pod Name(Pod value) => new() { Metadata = Name(value.Metadata) };

    public static Service Name(Service value) => new() { Metadata = Name(value.Metadata) };

    public static EndpointSlice Name(EndpointSlice value) => new() { Metadata = Name(value.Metadata) };

    public static Endpoints Name(Endpoints value) => new() { Metadata = Name(value.Metadata) };

    public static Node Name(Node value) => new() { Metadata = Name(value.Metadata) };

    public static Namespace Name(Namespace value) => new() { Metadata = Name(value.Metadata) };

    /// <summary>A custom resource.</summary>
    public static JsonObject Name(JsonObject value)
    {
        var metadata = value["metadata"];
        return new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["namespace"] = metadata?["namespace"]?.DeepClone(),
                ["name"] = metadata?["name"]?.DeepClone(),
                ["resourceVersion"] = metadata?["resourceVersion"]?.DeepClone(),
            },
        };
    }

    /// <summary>An object whose owners are asked for later.</summary>
    public static PartialObject Owners(PartialObject value) => new() { Metadata = Name(value.Metadata) with { OwnerReferences = value.Metadata.OwnerReferences } };

    private static ObjectMeta Name(ObjectMeta m) => new() { Namespace = m.Namespace, Name = m.Name, ResourceVersion = m.ResourceVersion };
}
