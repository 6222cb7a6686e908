using System.Text.Json.Nodes;
using Linkerd.Local.Admission;
using Linkerd.Local.Schema;
using Linkerd.Local.Storage;

namespace Linkerd.Local.Api;

/// <summary>Create and update. Patch, status and scale are updates whose new object is computed from the current one.</summary>
internal sealed class WriteOperations(ApiCore core, ReadOperations read)
{
    private const int MostAttempts = 12;
    private const int NameAttempts = 8;

    /// <summary>Computes the new object, in the stored form, from the current one.</summary>
    public delegate ValueTask<JsonObject> Change(StoredObject current);

    public async Task CreateAsync(ApiRequest request)
    {
        request.ReadDryRun();
        var node = await ObjectDecoder.ReadAsync(request);
        if (request.Resource.Virtual) throw ApiException.MethodNotAllowed();
        var stored = await CreateAsync(request, node);
        await read.WriteObjectAsync(request, 201, stored.Node, stored.Utf8);
    }

    /// <summary>Creates an object in the stored form.</summary>
    /// <param name="request">The request.</param>
    /// <param name="node">The object.</param>
    /// <param name="tracked">Whether the object says already who owns its fields, as one that was applied does.</param>
    public async Task<StoredObject> CreateAsync(ApiRequest request, JsonObject node, bool tracked = false)
    {
        var owners = tracked ? Metadata.Of(node).Arr("managedFields").Copy() as JsonArray : null;
        CheckNamespace(request, node);
        if (Metadata.Of(node).Str("resourceVersion") is not (null or "" or "0")) throw ApiException.Internal("resourceVersion should not be set on objects to be created");
        var context = new AdmissionContext
        {
            Request = request,
            Operation = AdmissionOperation.Create,
            Name = Metadata.Name(node),
            Object = node,
            Options = Options("CreateOptions", request),
        };
        // The name is made before admission, so that webhooks see it as the old API servers do not: what they do with it stays the same.
        var generated = Metadata.Name(node).Length == 0;
        await core.Admission.MutateAsync(context, c => Redefault(request, c));
        for (var attempt = 0; ; attempt++)
        {
            var candidate = (JsonObject)context.Object!.DeepClone();
            if (generated) Metadata.Of(candidate).Remove("name");
            Metadata.PrepareCreate(candidate, request.Resource, request.Namespace, core.Now());
            if ((request.Version.HasStatus || HasStatus(request.Resource)) && !request.Resource.Strategy.KeepsStatusOnCreate) candidate.Remove("status");
            request.Resource.Strategy.PrepareCreate(candidate);
            Validate(request, candidate, null);
            var admitted = new AdmissionContext { Request = request, Operation = context.Operation, Name = Metadata.Name(candidate), Object = candidate, Options = context.Options };
            await core.Admission.ValidateAsync(admitted);
            Own(request, "", null, candidate, owners, tracked);
            var stored = Commit(request, request.KeyOf(Metadata.Name(candidate)), null, candidate);
            if (stored is not null) return stored;
            if (!generated || attempt >= NameAttempts) throw ApiException.AlreadyExists(request.Resource, Metadata.Name(candidate));
        }
    }

    public async Task ReplaceAsync(ApiRequest request, string subresource)
    {
        request.ReadDryRun();
        var body = await ObjectDecoder.ReadAsync(request);
        var metadata = Metadata.Of(body);
        CheckNamespace(request, body);
        if (metadata.Str("name") is not { Length: > 0 } name) metadata["name"] = request.Name;
        else if (name != request.Name) throw ApiException.BadRequest($"the name of the object ({name}) does not match the name on the URL ({request.Name})");
        if (!request.Resource.Strategy.AllowsUnconditionalUpdate && string.IsNullOrEmpty(metadata.Str("resourceVersion")))
            throw ApiException.Invalid(request.Resource.Group, request.Resource.Kind, request.Name, [FieldError.Invalid("metadata.resourceVersion", "0x0", "must be specified for an update")]);
        var stored = await UpdateAsync(request, subresource, "UpdateOptions", _ => ValueTask.FromResult((JsonObject)body.DeepClone()));
        await read.WriteObjectAsync(request, 200, stored.Node, stored.Utf8);
    }

    /// <summary>Applies a change with optimistic concurrency: retried when someone else was faster, unless the new object names its version.</summary>
    public async Task<StoredObject> UpdateAsync(ApiRequest request, string subresource, string options, Change change, bool tracked = false)
    {
        for (var attempt = 0; attempt < MostAttempts; attempt++)
        {
            var current = read.Find(request);
            var node = await change(current);
            var metadata = Metadata.Of(node);
            CheckPreconditions(request, metadata, current);
            var owners = metadata.Arr("managedFields").Copy() as JsonArray;
            var context = new AdmissionContext
            {
                Request = request,
                Operation = AdmissionOperation.Update,
                Name = request.Name,
                Object = Merge(request, subresource, node, current.Node),
                OldObject = current.Node,
                Options = Options(options, request),
                Subresource = subresource,
            };
            await core.Admission.MutateAsync(context, c => Redefault(request, c));
            node = Merge(request, subresource, context.Object!, current.Node);
            if (subresource.Length == 0) request.Resource.Strategy.PrepareUpdate(node, current.Node);
            BumpGeneration(request.Resource, node, current.Node, subresource);
            Validate(request, node, current.Node);
            context.Object = node;
            await core.Admission.ValidateAsync(context);
            Own(request, subresource, current.Node, node, owners, tracked);
            if (Commit(request, current.Key, current, node) is { } stored) return stored;
        }
        throw ApiException.Stale(request.Resource, request.Name);
    }

    /// <summary>Whether any version of the resource has the status subresource.</summary>
    public static bool HasStatus(ResourceInfo resource) => resource.Versions.Any(v => v.HasStatus);

    /// <summary>Stores, or with a dry run only pretends to. Removes the object instead when nothing holds a deleted one any more.</summary>
    public StoredObject? Commit(ApiRequest request, string key, StoredObject? current, JsonObject node)
    {
        var metadata = Metadata.Of(node);
        if (current is not null && IsUnchanged(node, current)) return current;
        if (node.IsDeeperThan(Json.MaxDepth))
            throw ApiException.BadRequest($"{request.Resource.Kind} \"{Metadata.Name(node)}\" is nested deeper than {Json.MaxDepth} levels (metadata.managedFields, which repeats its fields, included): make it flatter");
        var errors = new List<FieldError>();
        request.Resource.Strategy.Allocate(node, current?.Node, errors);
        if (errors.Count > 0) throw ApiException.Invalid(request.Resource.Group, request.Resource.Kind, Metadata.Name(node), errors);
        if (request.DryRun)
        {
            var taken = current is null && core.StoreOf(request.Resource).Objects.ContainsKey(key);
            request.Resource.Strategy.ReleaseDifference(node, current?.Node);
            if (taken) return null;
            if (current is null) metadata.Remove("resourceVersion");
            else metadata["resourceVersion"] = current.Version.ToString();
            return new StoredObject(key, current?.Version ?? 0, node, node.ToUtf8());
        }
        StoredObject? stored;
        if (current is not null && Deletions.IsFinished(request.Resource, node))
        {
            // The last finalizer went with this write: watchers see the object's last state as it is deleted.
            stored = core.Store.TryDelete(core.StoreOf(request.Resource), current);
            if (stored is not null) request.Resource.Strategy.Release(current.Node);
        }
        else
        {
            stored = core.Store.TryPut(core.StoreOf(request.Resource), key, current, node);
            if (stored is null) request.Resource.Strategy.ReleaseDifference(node, current?.Node);
            else if (current is not null) request.Resource.Strategy.ReleaseDifference(current.Node, node);
        }
        if (stored is not null) core.AfterWrite(request.Resource);
        return stored;
    }

    private void Own(ApiRequest request, string subresource, JsonObject? old, JsonObject node, JsonArray? owners, bool tracked)
    {
        if (!tracked) FieldManager.Track(request, subresource, old, node, owners, core.Now());
        else if (owners is not null) Metadata.Of(node)["managedFields"] = owners.DeepClone();
    }

    private static void CheckNamespace(ApiRequest request, JsonObject node)
    {
        var metadata = Metadata.Of(node);
        if (!request.Resource.Namespaced) return;
        if (metadata.Str("namespace") is { Length: > 0 } space && space != request.Namespace)
            throw ApiException.BadRequest($"the namespace of the provided object does not match the namespace sent on the request");
        if (request.Namespace.Length == 0) throw ApiException.BadRequest("an empty namespace may not be set during creation");
        metadata["namespace"] = request.Namespace;
    }

    private static void CheckPreconditions(ApiRequest request, JsonObject metadata, StoredObject current)
    {
        var version = metadata.Str("resourceVersion") ?? "";
        if (version.Length > 0 && version != "0" && !long.TryParse(version, out _))
            throw ApiException.Invalid(request.Resource.Group, request.Resource.Kind, request.Name, [FieldError.InvalidText("metadata.resourceVersion", version, "must be an unsigned integer")]);
        if (version.Length > 0 && version != "0" && version != current.Version.ToString()) throw ApiException.Stale(request.Resource, request.Name);
        var uid = current.Node.Obj("metadata").Str("uid");
        if (metadata.Str("uid") is { Length: > 0 } wanted && wanted != uid)
            throw ApiException.Conflict(request.Resource, request.Name, $"Precondition failed: UID in precondition: {wanted}, UID in object meta: {uid}");
    }

    // What a write through one door may change: status only through status, everything else only through the main resource.
    private static JsonObject Merge(ApiRequest request, string subresource, JsonObject node, JsonObject old)
    {
        JsonObject result;
        if (subresource == "status")
        {
            result = (JsonObject)old.DeepClone();
            result.Remove("status");
            if (node["status"] is { } status) result["status"] = status.DeepClone();
            if (!request.Resource.IsCustom) result["metadata"] = node["metadata"].Copy();
        }
        else
        {
            result = (JsonObject)node.DeepClone();
            if (subresource.Length == 0 && HasStatus(request.Resource))
            {
                result.Remove("status");
                if (old["status"] is { } status) result["status"] = status.DeepClone();
            }
        }
        Metadata.PrepareUpdate(result, old);
        Metadata.Of(result)["resourceVersion"] = Metadata.Of(old)["resourceVersion"].Copy();
        return result;
    }

    private static void BumpGeneration(ResourceInfo resource, JsonObject node, JsonObject old, string subresource)
    {
        if (!resource.HasGeneration || subresource == "status") return;
        var changed = resource.IsCustom
            ? node.Where(p => p.Key is not ("metadata" or "status")).Any(p => !JsonNode.DeepEquals(p.Value, old[p.Key])) || old.Any(p => p.Key is not ("metadata" or "status") && !node.ContainsKey(p.Key))
            : node.Where(p => p.Key is not ("metadata" or "status")).Any(p => !JsonNode.DeepEquals(p.Value, old[p.Key]));
        if (changed) Metadata.Of(node)["generation"] = JsonValue.Create((Metadata.Of(old).Long("generation") ?? 0) + 1);
    }

    private static void Redefault(ApiRequest request, AdmissionContext context) => ObjectDecoder.ApplyDefaults(request.Resource, request.Version, context.Object!);

    private static void Validate(ApiRequest request, JsonObject node, JsonObject? old)
    {
        var errors = new List<FieldError>();
        Metadata.Validate(node, request.Resource, old, errors);
        request.Version.Structural?.Validate(node, errors);
        request.Resource.Strategy.Validate(node, old, errors);
        if (errors.Count > 0) throw ApiException.Invalid(request.Resource.Group, request.Resource.Kind, Metadata.Name(node), errors);
    }

    private static bool IsUnchanged(JsonObject node, StoredObject current)
    {
        Metadata.Of(node)["resourceVersion"] = current.Version.ToString();
        return !Metadata.IsDeleting(node) && JsonNode.DeepEquals(node, current.Node);
    }

    private static JsonObject Options(string kind, ApiRequest request)
    {
        var options = new JsonObject { ["kind"] = kind, ["apiVersion"] = "meta.k8s.io/v1" };
        if (request.DryRun) options["dryRun"] = Json.ArrayOf(["All"]);
        if (request.Query("fieldManager") is { Length: > 0 } manager) options["fieldManager"] = manager;
        return options;
    }
}
