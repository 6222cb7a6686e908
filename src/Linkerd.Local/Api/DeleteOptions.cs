using System.Text.Json.Nodes;
using Linkerd.Local.Schema;

namespace Linkerd.Local.Api;

/// <summary>How to delete: from the body, else from the query.</summary>
internal sealed record DeleteOptions
{
    public long? GracePeriodSeconds { get; init; }

    public string? Uid { get; init; }

    public string? ResourceVersion { get; init; }

    /// <summary>Orphan, Background or Foreground; null: the kind's default.</summary>
    public string? PropagationPolicy { get; init; }

    public static async Task<DeleteOptions> ReadAsync(ApiRequest request)
    {
        var media = BodyReader.MediaType(request.Http.Request);
        var bytes = await BodyReader.ReadBytesAsync(request);
        var body = bytes.Length == 0 ? [] : media == ProtobufReader.MediaType ? ProtobufReader.Read(bytes) : BodyReader.Parse(bytes, media is "application/yaml");
        var checker = new TypeChecker();
        checker.Check(body, TypeTable.Instance.Get("meta.DeleteOptions"));
        if (checker.Fault is { } fault) throw ApiException.BadRequest($"DeleteOptions in version \"v1\" cannot be handled as a DeleteOptions: {fault}");
        request.ReadDryRun();
        request.DryRun |= body.Arr("dryRun").Strings().Contains("All");
        var policy = body.Str("propagationPolicy") ?? (request.Query("propagationPolicy") is { Length: > 0 } query ? query : null);
        if (policy is not (null or "Orphan" or "Background" or "Foreground"))
            throw ApiException.Invalid("meta.k8s.io", "DeleteOptions", "", [FieldError.Unsupported("propagationPolicy", policy, "Background", "Foreground", "Orphan")]);
        var orphan = body.Bool("orphanDependents");
        if (orphan is null && request.Query("orphanDependents").Length > 0) orphan = request.Flag("orphanDependents");
        if (orphan is { } decided) policy ??= decided ? "Orphan" : "Background";
        return new DeleteOptions
        {
            GracePeriodSeconds = body.Long("gracePeriodSeconds") ?? request.Number("gracePeriodSeconds"),
            Uid = body.Obj("preconditions").Str("uid"),
            ResourceVersion = body.Obj("preconditions").Str("resourceVersion"),
            PropagationPolicy = policy,
        };
    }

    public JsonObject ToJson(ApiRequest request)
    {
        var options = new JsonObject { ["kind"] = "DeleteOptions", ["apiVersion"] = "meta.k8s.io/v1" };
        if (GracePeriodSeconds is { } grace) options["gracePeriodSeconds"] = JsonValue.Create(grace);
        if (PropagationPolicy is not null) options["propagationPolicy"] = PropagationPolicy;
        if (request.DryRun) options["dryRun"] = Json.ArrayOf(["All"]);
        return options;
    }
}
