using System.Text.Json.Nodes;
using Linkerd.Local.Admission;
using Linkerd.Local.Schema;
using Linkerd.Local.Storage;

namespace Linkerd.Local.Api;

/// <summary>Delete and deletecollection: at once, or by a deletion time that finalizers, grace periods and controllers work off.</summary>
internal sealed class DeleteOperations(ApiCore core, ReadOperations read)
{
    private const int MostAttempts = 12;
    private const long DefaultPodGrace = 30;

    // A longer time would leave the calendar.
    private const long LongestGrace = int.MaxValue;

    public async Task DeleteAsync(ApiRequest request)
    {
        var options = await DeleteOptions.ReadAsync(request);
        var (last, gone) = await DeleteAsync(request, request.Name, options);
        if (gone && request.Resource is not { Group: "", Plural: "pods" }) await ResponseWriter.WriteAsync(request, 200, Success(request, last.Node));
        else await read.WriteObjectAsync(request, 200, last.Node, last.Utf8);
    }

    public async Task DeleteCollectionAsync(ApiRequest request)
    {
        var options = await DeleteOptions.ReadAsync(request);
        var list = ListOptions.Read(request);
        if (request.Resource.Namespaced && request.Namespace.Length == 0) throw ApiException.MethodNotAllowed();
        var (version, objects) = core.Store.Snapshot(core.StoreOf(request.Resource));
        var items = new JsonArray();
        foreach (var stored in ReadOperations.Filter(request, list, objects).ToList())
        {
            try
            {
                var (last, _) = await DeleteAsync(request, Metadata.Name(stored.Node), options);
                items.Add((JsonNode)Versions.FromStorage(last.Node, request.Resource, request.Version).DeepClone());
            }
            catch (ApiException e) when (e.Code == 404)
            {
                // Someone else was faster: the aim is reached.
            }
        }
        await ResponseWriter.WriteAsync(request, 200, new JsonObject
        {
            ["kind"] = request.Resource.ListKind,
            ["apiVersion"] = request.Resource.ApiVersion(request.Version.Name),
            ["metadata"] = new JsonObject { ["resourceVersion"] = version.ToString() },
            ["items"] = items,
        });
    }

    /// <summary>Deletes one object; answers its last state and whether it is gone.</summary>
    public async Task<(StoredObject Last, bool Gone)> DeleteAsync(ApiRequest request, string name, DeleteOptions options)
    {
        var store = core.StoreOf(request.Resource);
        for (var attempt = 0; attempt < MostAttempts; attempt++)
        {
            var current = store.Objects.GetValueOrDefault(request.KeyOf(name)) ?? throw ApiException.NotFound(request.Resource, name);
            CheckPreconditions(request, name, options, current);
            var context = new AdmissionContext { Request = request, Operation = AdmissionOperation.Delete, Name = name, OldObject = current.Node, Options = options.ToJson(request) };
            await core.Admission.ValidateAsync(context);
            var node = (JsonObject)current.Node.DeepClone();
            Mark(request.Resource, node, options);
            if (Deletions.IsFinished(request.Resource, node))
            {
                if (request.DryRun) return (current, true);
                if (core.Store.TryDelete(store, current) is not { } last) continue;
                request.Resource.Strategy.Release(current.Node);
                core.AfterWrite(request.Resource);
                return (last, true);
            }
            if (request.DryRun) return (new StoredObject(current.Key, current.Version, node, node.ToUtf8()), false);
            if (JsonNode.DeepEquals(node, current.Node)) return (current, false);
            if (core.Store.TryPut(store, current.Key, current, node) is not { } marked) continue;
            core.AfterWrite(request.Resource);
            return (marked, false);
        }
        throw ApiException.Stale(request.Resource, name);
    }

    private static void CheckPreconditions(ApiRequest request, string name, DeleteOptions options, StoredObject current)
    {
        var uid = current.Node.Obj("metadata").Str("uid");
        if (options.Uid is { Length: > 0 } wanted && wanted != uid)
            throw ApiException.Conflict(request.Resource, name, $"the UID in the precondition ({wanted}) does not match the UID in record ({uid}). The object might have been deleted and then recreated");
        if (options.ResourceVersion is { Length: > 0 } version && version != current.Version.ToString())
            throw ApiException.Conflict(request.Resource, name, $"the ResourceVersion in the precondition ({version}) does not match the ResourceVersion in record ({current.Version}). The object might have been modified");
    }

    private void Mark(ResourceInfo resource, JsonObject node, DeleteOptions options)
    {
        var metadata = Metadata.Of(node);
        var grace = Grace(resource, node, options);
        var before = metadata.Long("deletionGracePeriodSeconds");
        if (metadata.Str("deletionTimestamp") is null)
        {
            metadata["deletionTimestamp"] = ApiCore.Timestamp(core.Clock.GetUtcNow().AddSeconds(grace));
            metadata["deletionGracePeriodSeconds"] = JsonValue.Create(grace);
            if (resource.HasGeneration) metadata["generation"] = JsonValue.Create((metadata.Long("generation") ?? 0) + 1);
        }
        else if (options.GracePeriodSeconds is not null && grace < (before ?? 0))
        {
            // A shorter grace period than the running one moves the end forward; a longer one changes nothing.
            var end = DateTimeOffset.Parse(metadata.Str("deletionTimestamp")!).AddSeconds(grace - (before ?? 0));
            metadata["deletionTimestamp"] = ApiCore.Timestamp(end);
            metadata["deletionGracePeriodSeconds"] = JsonValue.Create(grace);
        }
        SetFinalizer(metadata, "orphan", options.PropagationPolicy == "Orphan", options.PropagationPolicy is not null);
        SetFinalizer(metadata, "foregroundDeletion", options.PropagationPolicy == "Foreground", options.PropagationPolicy is not null);
        if (resource is { Group: "", Plural: "namespaces" }) node.Child("status")["phase"] = "Terminating";
    }

    private static long Grace(ResourceInfo resource, JsonObject node, DeleteOptions options)
    {
        if (resource is not { Group: "", Plural: "pods" }) return 0;
        var spec = node.Obj("spec");
        var asked = options.GracePeriodSeconds ?? spec.Long("terminationGracePeriodSeconds") ?? DefaultPodGrace;
        var grace = Math.Clamp(asked, options.GracePeriodSeconds == 0 ? 0 : 1, LongestGrace);
        // Nobody runs a pod that is not placed, and one that has ended needs no time.
        return string.IsNullOrEmpty(spec.Str("nodeName")) || node.Obj("status").Str("phase") is "Failed" or "Succeeded" ? 0 : grace;
    }

    private static void SetFinalizer(JsonObject metadata, string finalizer, bool wanted, bool decided)
    {
        if (!decided) return;
        var all = metadata.Arr("finalizers").Strings().Where(f => f != finalizer).ToList();
        if (wanted) all.Add(finalizer);
        if (all.Count == 0) metadata.Remove("finalizers");
        else metadata["finalizers"] = Json.ArrayOf(all);
    }

    private static JsonObject Success(ApiRequest request, JsonObject node) => new()
    {
        ["kind"] = "Status",
        ["apiVersion"] = "v1",
        ["metadata"] = new JsonObject(),
        ["status"] = "Success",
        ["details"] = Details(request, node),
    };

    private static JsonObject Details(ApiRequest request, JsonObject node)
    {
        var details = new JsonObject { ["name"] = Metadata.Name(node) };
        if (request.Resource.Group.Length > 0) details["group"] = request.Resource.Group;
        details["kind"] = request.Resource.Plural;
        details["uid"] = node.Obj("metadata").Str("uid");
        return details;
    }
}
