using System.Text.Json.Nodes;

namespace Linkerd.Local.Api;

/// <summary>Turns objects between the stored and the requested version.</summary>
internal static class Versions
{
    /// <summary>Whether the stored bytes can be sent as they are.</summary>
    public static bool IsStored(ResourceInfo resource, ResourceVersionInfo version) =>
        version.FromStorage is null && resource.ApiVersion(version.Name) == resource.StorageApiVersion;

    /// <summary>The object in a version; the stored node itself where that is the same, so it must not be changed.</summary>
    public static JsonObject FromStorage(JsonObject stored, ResourceInfo resource, ResourceVersionInfo version)
    {
        if (IsStored(resource, version)) return stored;
        var node = (JsonObject)stored.DeepClone();
        version.FromStorage?.Invoke(node);
        node["apiVersion"] = resource.ApiVersion(version.Name);
        return node;
    }

    /// <summary>Turns a client's object into the stored form, in place.</summary>
    public static void ToStorage(JsonObject node, ResourceInfo resource, ResourceVersionInfo version)
    {
        version.ToStorage?.Invoke(node);
        node["apiVersion"] = resource.StorageApiVersion;
        node["kind"] = resource.Kind;
    }
}
