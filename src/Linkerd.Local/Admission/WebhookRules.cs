using System.Text.Json.Nodes;
using Linkerd.Local.Api;
using Linkerd.Local.Schema;

namespace Linkerd.Local.Admission;

/// <summary>Whether a webhook wants to see a write, and in which version.</summary>
internal static class WebhookRules
{
    /// <summary>The version to send, or null when no rule matches.</summary>
    public static ResourceVersionInfo? Match(JsonObject webhook, AdmissionContext context)
    {
        var operation = context.Operation.ToString().ToUpperInvariant();
        foreach (var rule in webhook.Arr("rules").Objects())
        {
            if (!Has(rule, "operations", operation) || !Has(rule, "apiGroups", context.Resource.Group)) continue;
            if (rule.Str("scope") is "Namespaced" && !context.Resource.Namespaced || rule.Str("scope") is "Cluster" && context.Resource.Namespaced) continue;
            if (!rule.Arr("resources").Strings().Any(r => MatchesResource(r, context))) continue;
            if (Has(rule, "apiVersions", context.Request.Version.Name)) return context.Request.Version;
            if (webhook.Str("matchPolicy") == "Exact") continue;
            // Equivalent: the same object in another version counts, and is sent in the version that the rule names.
            var other = context.Resource.Versions.FirstOrDefault(v => Has(rule, "apiVersions", v.Name));
            if (other is not null) return other;
        }
        return null;
    }

    /// <summary>Whether the namespace's and the object's labels are selected.</summary>
    public static bool Selected(ApiCore core, JsonObject webhook, AdmissionContext context)
    {
        var spaces = Selector.FromObject(webhook.Obj("namespaceSelector"));
        if (!spaces.IsEmpty)
        {
            JsonObject? labels = null;
            if (context.Resource is { Group: "", Plural: "namespaces" }) labels = (context.Object ?? context.OldObject).Obj("metadata").Obj("labels");
            else if (context.Resource.Namespaced) labels = core.Find("", "namespaces", "", context.Namespace)?.Node.Obj("metadata").Obj("labels");
            if ((context.Resource.Namespaced || context.Resource.Plural == "namespaces") && !spaces.Matches(labels)) return false;
        }
        var objects = Selector.FromObject(webhook.Obj("objectSelector"));
        return objects.IsEmpty || (context.Object is { } now && objects.Matches(now.Obj("metadata").Obj("labels")))
            || (context.OldObject is { } old && objects.Matches(old.Obj("metadata").Obj("labels")));
    }

    private static bool Has(JsonObject rule, string field, string value) => rule.Arr(field).Strings().Any(v => v == "*" || v == value);

    private static bool MatchesResource(string pattern, AdmissionContext context)
    {
        var slash = pattern.IndexOf('/');
        var resource = slash < 0 ? pattern : pattern[..slash];
        var subresource = slash < 0 ? "" : pattern[(slash + 1)..];
        return (resource == "*" || resource == context.Resource.Plural) && (subresource == context.Subresource || subresource == "*");
    }
}
