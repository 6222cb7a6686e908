using System.Text.Json.Nodes;
using Linkerd.Local.Schema;
using Linkerd.Local.Schema.Apply;

namespace Linkerd.Local.Api;

/// <summary>Keeps <c>metadata.managedFields</c> up to date as objects are written.</summary>
internal static class FieldManager
{
    private const int LongestName = 128;

    /// <summary>Who writes: the parameter <c>fieldManager</c>, else the first word of the user agent.</summary>
    public static string Name(ApiRequest request)
    {
        if (request.Query("fieldManager") is { Length: > 0 } given)
        {
            return given.Length <= LongestName && given.All(static c => c is >= ' ' and < (char)127)
                ? given
                : throw ApiException.Invalid("meta.k8s.io", "PatchOptions", "", [FieldError.InvalidText("fieldManager", given, "must be at most 128 printable characters")]);
        }
        var agent = request.Http.Request.Headers.UserAgent.ToString().Split('/')[0];
        var name = new string([.. agent.Where(static c => c is > ' ' and < (char)127)]);
        return name.Length == 0 ? "unknown" : name.Length > LongestName ? name[..LongestName] : name;
    }

    /// <summary>Notes a create or an update in the new object. <paramref name="given"/> is what the client sent: a list of its own replaces what was known.</summary>
    public static void Track(ApiRequest request, string subresource, JsonObject? old, JsonObject node, JsonArray? given, string now)
    {
        if (request.Resource.Virtual) return;
        // An empty entry is how a client asks to forget all owners.
        var kept = given is { Count: > 0 } ? given : old.Obj("metadata").Arr("managedFields");
        var managed = ManagedFields.Parse(kept);
        var (changed, removed) = FieldSets.Compare(
            old is null ? null : Versions.FromStorage(old, request.Resource, request.Version), Versions.FromStorage(node, request.Resource, request.Version), TypeOf(request));
        managed.Update(Name(request), request.Resource.ApiVersion(request.Version.Name), subresource, changed, removed, now);
        Write(node, managed);
    }

    /// <summary>How the fields of the request's resource are owned.</summary>
    public static MergeType TypeOf(ApiRequest request) => MergeType.Of(request.Version.Type, request.Version.Structural);

    /// <summary>Writes the entries into an object.</summary>
    public static void Write(JsonObject node, ManagedFields managed)
    {
        var metadata = Metadata.Of(node);
        metadata.Remove("managedFields");
        if (managed.ToJson() is { } entries) metadata["managedFields"] = entries;
    }
}
