using System.Text.Json;
using System.Text.Json.Nodes;
using Linkerd.Local.Schema;
using Linkerd.Local.Storage;

namespace Linkerd.Local.Api;

/// <summary>Patch: JSON patch, merge patch, strategic merge patch, on the object in the version that the client named; a configuration to apply goes to <see cref="ApplyOperation"/>.</summary>
internal sealed class PatchOperation(ReadOperations read, WriteOperations write, ApplyOperation apply)
{
    public async Task RunAsync(ApiRequest request, string subresource)
    {
        if (ApplyOperation.IsApply(request))
        {
            await apply.RunAsync(request, subresource);
            return;
        }
        request.ReadDryRun();
        var patch = await ReadAsync(request);
        var stored = await write.UpdateAsync(request, subresource, "PatchOptions", current => ValueTask.FromResult(Apply(request, current, patch)));
        await read.WriteObjectAsync(request, 200, stored.Node, stored.Utf8);
    }

    /// <summary>Reads the patch and answers how it changes a document.</summary>
    public static async Task<Func<JsonObject, SchemaType?, JsonObject>> ReadAsync(ApiRequest request)
    {
        var media = BodyReader.MediaType(request.Http.Request);
        if (media is not ("application/json-patch+json" or "application/merge-patch+json" or "application/strategic-merge-patch+json"))
            throw ApiException.UnsupportedMediaType($"the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, application/apply-patch+yaml");
        var bytes = await BodyReader.ReadBytesAsync(request);
        JsonNode? body;
        try
        {
            body = Json.Parse(bytes, null);
        }
        catch (JsonException e)
        {
            throw ApiException.BadRequest("error decoding patch: " + e.Message);
        }
        if (media == "application/json-patch+json")
        {
            var operations = body as JsonArray ?? throw ApiException.BadRequest("error decoding patch: a JSON patch must be an array of operations");
            return (document, _) => JsonPatch.Apply(document, operations);
        }
        var patch = body as JsonObject ?? throw ApiException.BadRequest("error decoding patch: must be an object");
        if (media == "application/merge-patch+json") return (document, _) => MergePatch.Apply(document, patch);
        if (request.Resource.IsCustom) throw ApiException.UnsupportedMediaType("strategic merge patch is not supported for custom resources: use application/merge-patch+json");
        return (document, type) => StrategicMergePatch.Apply(document, patch, type);
    }

    private JsonObject Apply(ApiRequest request, StoredObject current, Func<JsonObject, SchemaType?, JsonObject> patch)
    {
        var document = (JsonObject)Versions.FromStorage(current.Node, request.Resource, request.Version).DeepClone();
        var result = patch(document, request.Version.Type);
        if (result.Str("apiVersion") != request.Resource.ApiVersion(request.Version.Name) || result.Str("kind") != request.Resource.Kind)
            throw ApiException.BadRequest("the patch may not change apiVersion or kind");
        if (Metadata.Name(result) != request.Name)
throw ApiException.BadRequest($"the name of the object ({Metadata.Name(result)}) does not match the name on the URL ({request.Name})");
        request.Warnings.Clear();
        return ObjectDecoder.Decode(request, result);
    }
}
