using System.Text.Json.Nodes;
using Linkerd.Local.Schema;

namespace Linkerd.Local.Api;

/// <summary>Webhook configurations: Kubernetes' defaults, and what each webhook must say.</summary>
internal sealed class WebhookConfigurationStrategy : ResourceStrategy
{
    public override void Default(JsonObject node)
    {
        foreach (var webhook in node.Arr("webhooks").Objects())
        {
            webhook.Default("failurePolicy", "Fail");
            webhook.Default("matchPolicy", "Equivalent");
            webhook.Child("namespaceSelector");
            webhook.Child("objectSelector");
            webhook.Default("timeoutSeconds", 10);
            if (node.Str("kind") == "MutatingWebhookConfiguration") webhook.Default("reinvocationPolicy", "Never");
            webhook.Obj("clientConfig").Obj("service")?.Default("port", 443);
            foreach (var rule in webhook.Arr("rules").Objects()) rule.Default("scope", "*");
        }
    }

    public override void Validate(JsonObject node, JsonObject? old, List<FieldError> errors)
    {
        foreach (var (index, webhook) in node.Arr("webhooks").Objects().Index())
        {
            var path = $"webhooks[{index}]";
            var name = webhook.Str("name") ?? "";
            if (name.Split('.').Length < 3) errors.Add(FieldError.InvalidText($"{path}.name", name, "should be a domain with at least three segments separated by dots"));
            if (webhook.Str("sideEffects") is null) errors.Add(FieldError.Required($"{path}.sideEffects", "must specify one of None, NoneOnDryRun"));
            else if (webhook.Str("sideEffects") is not ("None" or "NoneOnDryRun")) errors.Add(FieldError.Unsupported($"{path}.sideEffects", webhook.Str("sideEffects"), "None", "NoneOnDryRun"));
            if (webhook.Arr("admissionReviewVersions") is not { Count: > 0 }) errors.Add(FieldError.Required($"{path}.admissionReviewVersions", "must specify one of v1, v1beta1"));
            if (webhook.Str("failurePolicy") is not ("Fail" or "Ignore")) errors.Add(FieldError.Unsupported($"{path}.failurePolicy", webhook.Str("failurePolicy"), "Fail", "Ignore"));
            if (webhook.Long("timeoutSeconds") is < 1 or > 30)
                errors.Add(FieldError.Invalid($"{path}.timeoutSeconds", webhook.Long("timeoutSeconds").ToString()!, "the timeout value must be between 1 and 30 seconds"));
            var config = webhook.Obj("clientConfig");
            foreach (var selector in (ReadOnlySpan<string>)["namespaceSelector", "objectSelector"]) Selector.Validate(webhook.Obj(selector), $"{path}.{selector}", errors);
            if (config.Str("url") is { } url && !(Uri.TryCreate(url, UriKind.Absolute, out var parsed) && parsed.Scheme == "https" && parsed.Host.Length > 0))
                errors.Add(FieldError.InvalidText($"{path}.clientConfig.url", url, "must be an https URL with a host, such as https://hooks.example.com/validate"));
            if (config.Str("url") is null == config.Obj("service") is null) errors.Add(FieldError.Required($"{path}.clientConfig", "exactly one of url or service is required"));
        }
    }
}
