using System.Text.Json.Nodes;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Local.Controllers;

/// <summary>Owner references.</summary>
internal static class Owners
{
    /// <summary>The reference of what controls the object, or null.</summary>
    public static OwnerReference? ControllerOf(ObjectMeta metadata) => (metadata.OwnerReferences ?? []).FirstOrDefault(static o => o.Controller == true);

    /// <summary>Whether the object of that uid controls this one.</summary>
    public static bool IsControlledBy(ObjectMeta metadata, string? uid) => uid is not null && ControllerOf(metadata)?.Uid == uid;

    /// <summary>A reference for a child to its controller.</summary>
    public static JsonArray Reference(Workload owner) => new(new JsonObject
    {
        ["apiVersion"] = owner.ApiVersion,
        ["kind"] = owner.Kind,
        ["name"] = owner.Metadata.Name,
        ["uid"] = owner.Metadata.Uid,
        ["controller"] = true,
        ["blockOwnerDeletion"] = true,
    });
}
