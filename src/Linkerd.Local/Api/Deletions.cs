using System.Text.Json.Nodes;
using Linkerd.Local.Schema;

namespace Linkerd.Local.Api;

/// <summary>When a deleted object may really go.</summary>
internal static class Deletions
{
    /// <summary>Whether an object with a deletion time is held by nothing: no finalizer, no grace period, no namespace content.</summary>
    public static bool IsFinished(ResourceInfo resource, JsonObject node)
    {
        if (!Metadata.IsDeleting(node) || Metadata.HasFinalizers(node)) return false;
        if (resource is { Group: "", Plural: "namespaces" }) return node.Obj("spec").Arr("finalizers") is not { Count: > 0 };
        return (node.Obj("metadata").Long("deletionGracePeriodSeconds") ?? 0) == 0;
    }
}
