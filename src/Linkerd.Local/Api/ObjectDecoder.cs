using System.Text.Json.Nodes;
using Linkerd.Local.Schema;

namespace Linkerd.Local.Api;

/// <summary>Turns a client's body into the stored form: kind and version checked, fields checked and pruned, converted, defaults filled.</summary>
internal static class ObjectDecoder
{
    /// <summary>Reads the body of a create or update.</summary>
    public static async Task<JsonObject> ReadAsync(ApiRequest request)
    {
        var duplicates = new List<string>();
        var node = await BodyReader.ReadObjectAsync(request, duplicates);
        CheckKind(request, node);
        return Decode(request, node, duplicates);
    }

    /// <summary>Checks, prunes, converts and defaults an object in the request's version; the same node is answered.</summary>
    public static JsonObject Decode(ApiRequest request, JsonObject node, List<string>? duplicates = null)
    {
        var faults = new List<string>();
        if (request.Version.Type is { } type)
        {
            var checker = new TypeChecker();
            checker.Check(node, type);
            if (checker.Fault is { } fault)
                throw ApiException.BadRequest($"{request.Resource.Kind} in version \"{request.Version.Name}\" cannot be handled as a {request.Resource.Kind}: {fault}");
            faults.AddRange(checker.Unknown.Select(path => $"unknown field \"{path}\""));
        }
        else if (request.Version.Structural is { } schema)
        {
            faults.AddRange(schema.Prune(node).Select(path => $"unknown field \"{path}\""));
        }
        faults.AddRange((duplicates ?? []).Select(path => $"duplicate field \"{path}\""));
        Report(request, faults);
        Versions.ToStorage(node, request.Resource, request.Version);
        ApplyDefaults(request.Resource, request.Version, node);
        return node;
    }

    /// <summary>Fills defaults; for custom resources those of the stored version as well.</summary>
    public static void ApplyDefaults(ResourceInfo resource, ResourceVersionInfo version, JsonObject node)
    {
        version.Structural?.Default(node);
        resource.Strategy.Default(node);
    }

    private static void CheckKind(ApiRequest request, JsonObject node)
    {
        var expected = request.Resource.ApiVersion(request.Version.Name);
        var kind = node.Str("kind") ?? "";
        var apiVersion = node.Str("apiVersion") ?? "";
        if (request.Resource.IsCustom && (kind.Length == 0 || apiVersion.Length == 0))
            throw ApiException.BadRequest($"Object 'Kind' is missing in '{node.ToJsonString()[..Math.Min(200, node.ToJsonString().Length)]}'");
        if (apiVersion.Length > 0 && apiVersion != expected)
            throw ApiException.BadRequest($"the API version in the data ({apiVersion}) does not match the expected API version ({expected})");
        if (kind.Length > 0 && kind != request.Resource.Kind)
            throw ApiException.BadRequest($"{kind} in version \"{request.Version.Name}\" cannot be handled as a {request.Resource.Kind}: the kind must be {request.Resource.Kind}");
        node["apiVersion"] = expected;
        node["kind"] = request.Resource.Kind;
        if (node["metadata"] is not null and not JsonObject)
            throw ApiException.BadRequest($"{request.Resource.Kind} in version \"{request.Version.Name}\" cannot be handled as a {request.Resource.Kind}: metadata must be an object");
    }

    private static void Report(ApiRequest request, List<string> faults)
    {
        var mode = request.Query("fieldValidation");
        if (mode is not ("" or "Strict" or "Warn" or "Ignore"))
            throw ApiException.Invalid("meta.k8s.io", "CreateOptions", "", [FieldError.Unsupported("fieldValidation", mode, "Ignore", "Strict", "Warn")]);
        if (faults.Count == 0 || mode == "Ignore") return;
        if (mode == "Strict")
            throw ApiException.BadRequest($"{request.Resource.Kind} in version \"{request.Version.Name}\" cannot be handled as a {request.Resource.Kind}: strict decoding error: {string.Join(", ", faults)}");
        foreach (var fault in faults) request.Warn(fault);
    }
}
