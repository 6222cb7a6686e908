using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Linkerd.Local.Api;
using Linkerd.Local.Schema;
using Linkerd.Local.Storage;
using Microsoft.Extensions.Logging;

namespace Linkerd.Local.Admission;

/// <summary>Mutating and validating admission webhooks.</summary>
internal sealed partial class Webhooks(ApiCore core)
{
    private const string Group = "admissionregistration.k8s.io";
    private readonly WebhookCaller _caller = new(core);
    private readonly ResourceStore _mutating = core.Store.Resource($"{Group}/mutatingwebhookconfigurations");
    private readonly ResourceStore _validating = core.Store.Resource($"{Group}/validatingwebhookconfigurations");

    /// <summary>Asks every mutating webhook in order; those that want it once more when a later one changed the object.</summary>
    public async Task MutateAsync(AdmissionContext context, Action<AdmissionContext> afterChange)
    {
        if (IsExempt(context)) return;
        var asked = new List<(JsonObject Webhook, JsonObject Seen)>();
        foreach (var (configuration, webhook) in All(_mutating))
        {
            if (!Wants(webhook, context, out var version)) continue;
            await MutateOneAsync(context, configuration, webhook, version, afterChange);
            asked.Add((webhook, (JsonObject)context.Object!.DeepClone()));
        }
        foreach (var (webhook, seen) in asked.Where(a => a.Webhook.Str("reinvocationPolicy") == "IfNeeded"))
        {
            if (JsonNode.DeepEquals(seen, context.Object) || !Wants(webhook, context, out var version)) continue;
            await MutateOneAsync(context, "", webhook, version, afterChange);
        }
    }

    /// <summary>Asks all validating webhooks at once; the first refusal in order is the answer.</summary>
    public async Task ValidateAsync(AdmissionContext context)
    {
        if (IsExempt(context)) return;
        var calls = new List<Task>();
        foreach (var (_, webhook) in All(_validating))
            if (Wants(webhook, context, out var version)) calls.Add(ValidateOneAsync(context, webhook, version));
        foreach (var call in calls) await call.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var call in calls) await call;
    }

    // Otherwise a broken webhook could never be removed.
    private static bool IsExempt(AdmissionContext context) =>
        context.Resource.Group == Group || context.Resource.Virtual && context.Resource.Group is "authentication.k8s.io" or "authorization.k8s.io";

    private static IEnumerable<(string Configuration, JsonObject Webhook)> All(ResourceStore store)
    {
        foreach (var (name, configuration) in store.Objects)
            foreach (var webhook in configuration.Node.Arr("webhooks").Objects()) yield return (name, webhook);
    }

    private bool Wants(JsonObject webhook, AdmissionContext context, out ResourceVersionInfo version)
    {
        version = WebhookRules.Match(webhook, context)!;
        return version is not null && WebhookRules.Selected(core, webhook, context);
    }

    private async Task MutateOneAsync(AdmissionContext context, string configuration, JsonObject webhook, ResourceVersionInfo version, Action<AdmissionContext> afterChange)
    {
        _ = configuration;
        if (await AskAsync(context, webhook, version) is not { } response || response.Str("patch") is not { } encoded) return;
        try
        {
            if (response.Str("patchType") is not (null or "JSONPatch")) throw new WebhookException($"unknown patchType {response.Str("patchType")}");
            var operations = Json.Parse(Convert.FromBase64String(encoded), null) as JsonArray ?? [];
            if (operations.Count == 0) return;
            var node = (JsonObject)Versions.FromStorage(context.Object!, context.Resource, version).DeepClone();
            node = JsonPatch.Apply(node, operations);
            if (version.Type is { } type) new TypeChecker().Check(node, type);
            else version.Structural?.Prune(node);
            Versions.ToStorage(node, context.Resource, version);
            context.Object = node;
            afterChange(context);
        }
        catch (Exception e) when (e is FormatException or JsonException or ApiException or WebhookException)
        {
            throw ApiException.Internal($"admission webhook \"{webhook.Str("name")}\" answered a patch that cannot be applied: {e.Message}");
        }
    }

    private async Task ValidateOneAsync(AdmissionContext context, JsonObject webhook, ResourceVersionInfo version) => await AskAsync(context, webhook, version);

    private async Task<JsonObject?> AskAsync(AdmissionContext context, JsonObject webhook, ResourceVersionInfo version)
    {
        var name = webhook.Str("name");
        if (context.Request.DryRun && webhook.Str("sideEffects") is not ("None" or "NoneOnDryRun"))
            throw ApiException.BadRequest($"admission webhook \"{name}\" does not support dry run");
        JsonObject response;
        try
        {
            response = await _caller.CallAsync(webhook, AdmissionReview.Create(webhook, context, version), context.Request.Cancellation);
        }
        catch (WebhookException e)
        {
            if (webhook.Str("failurePolicy") != "Ignore") throw ApiException.Internal(e.Message);
            LogIgnored(core.Log, name ?? "", e.Message);
            return null;
        }
        foreach (var warning in response.Arr("warnings").Strings()) context.Request.Warn(warning);
        return response.Bool("allowed") == true ? response : throw Refusal(name, response.Obj("status"));
    }

    private static ApiException Refusal(string? name, JsonObject? status)
    {
        var message = status.Str("message") is { Length: > 0 } text ? $"admission webhook \"{name}\" denied the request: {text}"
            : status.Str("reason") is { Length: > 0 } why ? $"admission webhook \"{name}\" denied the request: {why}"
            : $"admission webhook \"{name}\" denied the request without explanation";
        var code = (int)(status.Long("code") ?? 0);
        // Without a code of its own the refusal is 403, but the reason that goes with that is left to the webhook.
        if (code is < 400 or > 599) return new ApiException(403, status.Str("reason") is { Length: > 0 } own ? own : "Forbidden", message);
        return new ApiException(code, status.Str("reason") ?? "", message);
    }

    [LoggerMessage(10, LogLevel.Warning, "webhook {Name} is ignored: {Reason}")]
    private static partial void LogIgnored(ILogger logger, string name, string reason);
}
