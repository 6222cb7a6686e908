using System.Text.Json.Nodes;
using Linkerd.Local.Schema;
using Linkerd.Local.Storage;

namespace Linkerd.Local.Api;

/// <summary>The <c>scale</c> subresource: an <c>autoscaling/v1 Scale</c> over the replica fields of a resource.</summary>
internal sealed class ScaleOperation(ReadOperations read, WriteOperations write)
{
    public async Task RunAsync(ApiRequest request, ScalePaths paths)
    {
        switch (request.Path.Verb)
        {
            case "get":
                await ResponseWriter.WriteAsync(request, 200, ToScale(read.Find(request), paths));
                return;
            case "update":
                request.ReadDryRun();
                var body = await BodyReader.ReadObjectAsync(request);
                await UpdateAsync(request, paths, _ => (JsonObject)body.DeepClone());
                return;
            case "patch":
                request.ReadDryRun();
                var patch = await PatchOperation.ReadAsync(request);
                await UpdateAsync(request, paths, scale => patch(scale, TypeTable.Instance.Get("autoscaling1.Scale")));
                return;
            default:
                throw ApiException.MethodNotAllowed();
        }
    }

    private async Task UpdateAsync(ApiRequest request, ScalePaths paths, Func<JsonObject, JsonObject> change)
    {
        var stored = await write.UpdateAsync(request, "scale", "UpdateOptions", current =>
        {
            var scale = change(ToScale(current, paths));
            var replicas = scale.Obj("spec").Long("replicas") ?? 0;
            if (replicas < 0)
                throw ApiException.Invalid("autoscaling", "Scale", request.Name, [FieldError.Invalid("spec.replicas", replicas.ToString(), "must be greater than or equal to 0")]);
            var node = (JsonObject)current.Node.DeepClone();
            FieldPath.Set(node, paths.SpecReplicas, JsonValue.Create(replicas));
            var version = scale.Obj("metadata").Str("resourceVersion");
            if (string.IsNullOrEmpty(version)) Metadata.Of(node).Remove("resourceVersion");
            else Metadata.Of(node)["resourceVersion"] = version;
            return ValueTask.FromResult(node);
        });
        await ResponseWriter.WriteAsync(request, 200, ToScale(stored, paths));
    }

    private static JsonObject ToScale(StoredObject stored, ScalePaths paths)
    {
        var metadata = stored.Node.Obj("metadata")!;
        var head = new JsonObject();
        foreach (var name in (ReadOnlySpan<string>)["name", "namespace", "uid", "resourceVersion", "creationTimestamp"])
            if (metadata[name] is { } value) head[name] = value.DeepClone();
        var status = new JsonObject { ["replicas"] = JsonValue.Create(FieldPath.Get(stored.Node, paths.StatusReplicas).AsLong() ?? 0) };
        if (paths.Selector is not null && SelectorText(FieldPath.Get(stored.Node, paths.Selector)) is { Length: > 0 } selector) status["selector"] = selector;
        var spec = new JsonObject();
        if (FieldPath.Get(stored.Node, paths.SpecReplicas).AsLong() is { } replicas and not 0) spec["replicas"] = JsonValue.Create(replicas);
        return new JsonObject
        {
            ["kind"] = "Scale",
            ["apiVersion"] = "autoscaling/v1",
            ["metadata"] = head,
            ["spec"] = spec,
            ["status"] = status,
        };
    }

    private static string SelectorText(JsonNode? selector)
    {
        if (selector.AsString() is { } text) return text;
        if (selector is not JsonObject node) return "";
        var labels = node.Obj("matchLabels") ?? (node.ContainsKey("matchExpressions") ? [] : node);
        var terms = labels.Select(p => $"{p.Key}={p.Value.AsString()}").Order(StringComparer.Ordinal).ToList();
        foreach (var expression in node.Arr("matchExpressions").Objects())
        {
            var values = string.Join(',', expression.Arr("values").Strings());
            terms.Add(expression.Str("operator") switch
            {
                "In" => $"{expression.Str("key")} in ({values})",
                "NotIn" => $"{expression.Str("key")} notin ({values})",
                "Exists" => expression.Str("key")!,
                _ => "!" + expression.Str("key"),
            });
        }
        return string.Join(',', terms);
    }
}
