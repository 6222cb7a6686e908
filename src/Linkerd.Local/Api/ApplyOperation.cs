using System.Text.Json.Nodes;
using Linkerd.Local.Schema;
using Linkerd.Local.Schema.Apply;
using Linkerd.Local.Storage;

namespace Linkerd.Local.Api;

/// <summary>
/// Server-side apply: the fields of a configuration become the manager's own, those it left out since the last time go, and those that
/// others own are refused unless the request says <c>force</c>.
/// </summary>
internal sealed class ApplyOperation(ApiCore core, ReadOperations read, WriteOperations write)
{
    /// <summary>Who owns the fields of an object of which nobody is known to own any.</summary>
    private const string FirstOwner = "before-first-apply";

    private const int MostAttempts = 5;

    /// <summary>Whether the body is a configuration to apply.</summary>
    public static bool IsApply(ApiRequest request) => BodyReader.MediaType(request.Http.Request) == "application/apply-patch+yaml";

    public async Task RunAsync(ApiRequest request, string subresource)
    {
        request.ReadDryRun();
        if (request.Query("fieldManager").Length == 0)
            throw ApiException.Invalid("meta.k8s.io", "PatchOptions", "", [FieldError.Required("fieldManager", "is required for apply patch")]);
        var configuration = BodyReader.Parse(await BodyReader.ReadBytesAsync(request), yaml: true);
        Check(request, configuration);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await ApplyAsync(request, subresource, configuration);
                return;
            }
            catch (ApiException e) when (e.Reason == "AlreadyExists" && attempt < MostAttempts)
            {
                // Somebody else has created it since it was looked for: what is there now is changed.
            }
        }
    }

    private async Task ApplyAsync(ApiRequest request, string subresource, JsonObject configuration)
    {
        if (core.StoreOf(request.Resource).Objects.ContainsKey(request.Key))
        {
            var stored = await write.UpdateAsync(request, subresource, "PatchOptions", current => ValueTask.FromResult(Merge(request, subresource, current.Node, configuration)), tracked: true);
            await read.WriteObjectAsync(request, 200, stored.Node, stored.Utf8);
            return;
        }
        if (subresource.Length > 0) throw ApiException.NotFound(request.Resource, request.Name);
        if (Metadata.Of(configuration).Str("uid") is { Length: > 0 })
            throw ApiException.Conflict(request.Resource, request.Name, "uid mismatch: the provided object specified a uid, and no existing object was found");
        var created = await write.CreateAsync(request, Merge(request, subresource, null, configuration), tracked: true);
        await read.WriteObjectAsync(request, 201, created.Node, created.Utf8);
    }

    private static void Check(ApiRequest request, JsonObject configuration)
    {
        var expected = request.Resource.ApiVersion(request.Version.Name);
        if (configuration.Str("apiVersion") != expected)
            throw ApiException.BadRequest($"Incorrect version specified in apply patch. Specified patch version: {configuration.Str("apiVersion")}, expected: {expected}");
        if (configuration.Str("kind") != request.Resource.Kind)
            throw ApiException.BadRequest($"the kind of the configuration ({configuration.Str("kind")}) does not match the kind of the URL ({request.Resource.Kind})");
        var metadata = Metadata.Of(configuration);
        if (metadata.Arr("managedFields") is { Count: > 0 }) throw ApiException.BadRequest("metadata.managedFields must be nil");
        if (metadata.Str("name") is not { Length: > 0 } name) metadata["name"] = request.Name;
        else if (name != request.Name) throw ApiException.BadRequest($"the name of the object ({name}) does not match the name on the URL ({request.Name})");
    }

    // Answers the new object in the stored form, with its owners noted.
    private JsonObject Merge(ApiRequest request, string subresource, JsonObject? current, JsonObject configuration)
    {
        var type = FieldManager.TypeOf(request);
        var live = current is null ? Empty(request) : (JsonObject)Versions.FromStorage(current, request.Resource, request.Version).DeepClone();
        var managed = ManagedFields.Parse(live.Obj("metadata").Arr("managedFields"));
        if (current is not null && managed.IsEmpty)
            managed.Update(FirstOwner, request.Resource.ApiVersion(request.Version.Name), "", FieldSets.Compare(null, live, type).Changed, new FieldSet(), null);
        var manager = FieldManager.Name(request);
        var fields = FieldSets.Of(configuration, type);
        var merged = (JsonObject)live.DeepClone();
        ApplyMerge.Merge(merged, configuration, type);
        var (changed, _) = FieldSets.Compare(live, merged, type);
        var conflicts = managed.OwnedByOthers(manager, subresource, changed).ToList();
        if (conflicts.Count > 0 && !request.Flag("force")) throw Conflict(conflicts);
        Prune(merged, managed, manager, subresource, fields, type);
        var (_, removed) = FieldSets.Compare(live, merged, type);
        managed.Apply(manager, request.Resource.ApiVersion(request.Version.Name), subresource, fields, changed, removed, core.Now());
        if (current is null && configuration.Obj("metadata").Str("namespace") is null && request.Resource.Namespaced) Metadata.Of(merged)["namespace"] = request.Namespace;
        request.Warnings.Clear();
        var node = ObjectDecoder.Decode(request, merged);
        FieldManager.Write(node, managed);
        return node;
    }

    // What was applied before and is not any more goes, unless somebody else owns it or something in it.
    private static void Prune(JsonObject merged, ManagedFields managed, string manager, string subresource, FieldSet fields, MergeType type)
    {
        var gone = new List<IReadOnlyList<PathElement>>();
        managed.Applied(manager, subresource).Difference(fields).ForEach(gone.Add);
        foreach (var path in gone)
        {
            if (!ManagedFields.Reaches(fields, path) && !managed.IsOwnedByOthers(manager, subresource, path)) ApplyMerge.Remove(merged, path, type);
        }
    }

    private static JsonObject Empty(ApiRequest request) => new()
    {
        ["apiVersion"] = request.Resource.ApiVersion(request.Version.Name),
        ["kind"] = request.Resource.Kind,
        ["metadata"] = new JsonObject(),
    };

    private static ApiException Conflict(List<(ManagedFields.Entry Owner, IReadOnlyList<PathElement> Path)> conflicts)
    {
        var text = conflicts.Count == 1
            ? $"Apply failed with 1 conflict: conflict with {conflicts[0].Owner.Title}: {Text(conflicts[0].Path)}"
            : $"Apply failed with {conflicts.Count} conflicts: " + string.Join('\n', conflicts.GroupBy(static c => c.Owner.Title).OrderBy(static g => g.Key, StringComparer.Ordinal)
                .SelectMany(static g => g.Select(static c => "- " + Text(c.Path)).Prepend($"conflicts with {g.Key}:")));
        return new ApiException(409, "Conflict", text)
        {
            Causes = [.. conflicts.Select(static c => new StatusCause("FieldManagerConflict", $"conflict with {c.Owner.Title}", Text(c.Path)))],
        };
    }

    private static string Text(IReadOnlyList<PathElement> path) => string.Concat(path);
}
