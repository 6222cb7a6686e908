using System.Text.Json.Nodes;
using Linkerd.Local.Auth;
using Linkerd.Local.Schema;
using Linkerd.Local.Streaming;

namespace Linkerd.Local.Api;

/// <summary>Subresources beside status and scale, and resources that are only created.</summary>
internal sealed class Subresources(ApiCore core, ReadOperations read, WriteOperations write, DeleteOperations delete)
{
    private readonly Reviews _reviews = new(core, read);
    private readonly PodStreams _streams = new(core, read);
    private readonly PortForward _forward = new(core, read);
    public Task HandleAsync(ApiRequest request) => (request.Resource.Plural, request.Path.Subresource, request.Path.Verb) switch
    {
        ("namespaces", "finalize", "update") => FinalizeNamespaceAsync(request),
        ("pods", "log", "get") => _streams.LogAsync(request),
        ("pods", "exec", "get" or "create") => _streams.ExecAsync(request, attach: false),
        ("pods", "attach", "get" or "create") => _streams.ExecAsync(request, attach: true),
        ("pods", "portforward", "get" or "create") => _forward.RunAsync(request),
        ("serviceaccounts", "token", "create") => _reviews.IssueTokenAsync(request),
        ("pods", "binding", "create") => BindAsync(request),
        ("pods", "eviction", "create") => EvictAsync(request),
        ("pods", "ephemeralcontainers", "get") => read.GetAsync(request),
        ("pods", "ephemeralcontainers", "update") => write.ReplaceAsync(request, "ephemeralcontainers"),
        _ => throw ApiException.NoSuchPath(),
    };

    /// <summary>Reviews and bindings, which are answered and not stored.</summary>
    public Task VirtualAsync(ApiRequest request)
    {
        if (request.Path.Verb != "create" || request.Name.Length > 0) throw ApiException.MethodNotAllowed();
        return request.Resource.Plural == "bindings" ? throw ApiException.BadRequest("post bindings to pods/NAME/binding") : _reviews.CreateAsync(request);
    }

    private async Task FinalizeNamespaceAsync(ApiRequest request)
    {
        var body = await BodyReader.ReadObjectAsync(request);
        var stored = await write.UpdateAsync(request, "finalize", "UpdateOptions", current =>
        {
            var node = (JsonObject)current.Node.DeepClone();
            node.Child("spec")["finalizers"] = body.Obj("spec").Arr("finalizers") is { } finalizers ? finalizers.DeepClone() : new JsonArray();
            return ValueTask.FromResult(node);
        });
        await read.WriteObjectAsync(request, 200, stored.Node, stored.Utf8);
    }

    private async Task BindAsync(ApiRequest request)
    {
        request.ReadDryRun();
        var body = await BodyReader.ReadObjectAsync(request);
        var target = body.Obj("target").Str("name") ?? "";
        if (target.Length == 0) throw ApiException.Invalid("", "Binding", request.Name, [FieldError.Required("target.name")]);
        await write.UpdateAsync(request, "binding", "CreateOptions", current =>
        {
            var node = (JsonObject)current.Node.DeepClone();
            if (node.Obj("spec").Str("nodeName") is { Length: > 0 } already)
                throw ApiException.Conflict(request.Resource, request.Name, $"pod {request.Name} is already assigned to node \"{already}\"");
            node.Child("spec")["nodeName"] = target;
            SetScheduled(node, core.Now());
            return ValueTask.FromResult(node);
        });
        await ResponseWriter.WriteAsync(request, 201, Success(201));
    }

    private static void SetScheduled(JsonObject pod, string now)
    {
        var status = pod.Child("status");
        if (status["conditions"] is not JsonArray conditions) status["conditions"] = conditions = [];
        if (conditions.Objects().Any(c => c.Str("type") == "PodScheduled" && c.Str("status") == "True")) return;
        conditions.Add((JsonNode)new JsonObject { ["type"] = "PodScheduled", ["status"] = "True", ["lastProbeTime"] = null, ["lastTransitionTime"] = now });
    }

    private async Task EvictAsync(ApiRequest request)
    {
        request.ReadDryRun();
        var body = await BodyReader.ReadObjectAsync(request);
        var pod = read.Find(request);
        var budgets = core.Registry.Get("policy", "poddisruptionbudgets");
        foreach (var (_, budget) in core.StoreOf(budgets).Objects)
        {
            if (budget.Node.Obj("metadata").Str("namespace") != request.Namespace) continue;
            var selector = Selector.FromObject(budget.Node.Obj("spec").Obj("selector"));
            if (selector.IsEmpty || !selector.Matches(pod.Node.Obj("metadata").Obj("labels"))) continue;
            if ((budget.Node.Obj("status").Long("disruptionsAllowed") ?? 0) > 0) continue;
            throw new ApiException(429, "TooManyRequests", "Cannot evict pod as it would violate the pod's disruption budget.")
            {
                Causes = [new StatusCause("DisruptionBudget", $"The disruption budget {Metadata.Name(budget.Node)} does not allow evicting pods currently", "")],
            };
        }
        var options = body.Obj("deleteOptions");
        await delete.DeleteAsync(request, request.Name, new DeleteOptions { GracePeriodSeconds = options.Long("gracePeriodSeconds"), Uid = options.Obj("preconditions").Str("uid") });
        await ResponseWriter.WriteAsync(request, 201, Success(201));
    }

    public static JsonObject Success(long code) => new()
    {
        ["kind"] = "Status",
        ["apiVersion"] = "v1",
        ["metadata"] = new JsonObject(),
        ["status"] = "Success",
        ["code"] = JsonValue.Create(code),
    };
}
