using System.Text.Json.Nodes;
using Linkerd.Kubernetes;
using Linkerd.Model;

namespace Linkerd.Cli.Explain;

/// <summary>Finds which of the places that may set a timeout or a retry did: the route's annotation, its rule, or the parent's annotation.</summary>
internal sealed class FieldFinder(KubernetesClient client)
{
    private const string Prefix = "timeout.linkerd.io/";

    /// <summary>The facts with the object and field that decided each.</summary>
    /// <param name="verdict">The verdict.</param>
    /// <param name="parent">What the policy is of.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<IReadOnlyList<Fact>> FindAsync(OutboundVerdict verdict, Meta? parent, CancellationToken cancel)
    {
        if (!verdict.Facts.Any(f => f.Field.Contains(".linkerd.io/", StringComparison.Ordinal) && !f.Field.StartsWith("metadata.", StringComparison.Ordinal)))
            return verdict.Facts;
        var route = verdict.Route is { IsDefault: false } meta ? await ReadAsync(meta, cancel) : null;
        var rule = route?["spec"]?["rules"]?[verdict.Rule];
        return [.. verdict.Facts.Select(f => Find(f, route, rule, verdict, parent))];
    }

    private static Fact Find(Fact fact, JsonObject? route, JsonNode? rule, OutboundVerdict verdict, Meta? parent)
    {
        var key = fact.Field;
        if (!key.StartsWith(Prefix, StringComparison.Ordinal) && !key.StartsWith("retry.linkerd.io/", StringComparison.Ordinal))
            return fact;
        if (key == Prefix + "request" && rule?["timeouts"]?["request"] is not null)
            return fact with { Field = $"spec.rules[{verdict.Rule}].timeouts.request" };
        if (route?["metadata"]?["annotations"]?[key] is not null)
            return fact with { Field = $"metadata.annotations[{key}]" };
        return key == Prefix + "response" && rule?["timeouts"]?["backendRequest"] is not null
            ? fact with { Field = $"spec.rules[{verdict.Rule}].timeouts.backendRequest" }
            : fact with { Object = parent is null ? fact.Object : Fact.Name(parent), Field = $"metadata.annotations[{key}]" };
    }

    private async Task<JsonObject?> ReadAsync(Meta meta, CancellationToken cancel)
    {
        var plural = meta.Kind.ToLowerInvariant() + "s";
        var versions = meta.Group == "policy.linkerd.io" ? (string[])["v1beta3", "v1beta2", "v1beta1", "v1alpha1"] : ["v1", "v1beta1", "v1alpha2"];
        foreach (var version in versions)
        {
            try
            {
                return await client.Dynamic(new GroupVersionResource(meta.Group, version, plural), meta.Kind, true, meta.Namespace).GetAsync(meta.Name, cancel);
            }
            catch (KubernetesException e) when (e.IsNotFound)
            {
                // Perhaps in an older version.
            }
        }

        return null;
    }
}
