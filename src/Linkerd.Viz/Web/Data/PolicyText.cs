using System.Text.Json.Nodes;
using Linkerd.Kubernetes.Yaml;
using Linkerd.Viz.Web.Api.Models;

namespace Linkerd.Viz.Web.Data;

/// <summary>What a policy resource says, in one line and in full.</summary>
internal static class PolicyText
{
    /// <summary>A row of the answer.</summary>
    public static PolicyRow Row(JsonObject value) =>
        new(Text(value, "kind"), Text(value["metadata"], "name"), Text(value["metadata"], "namespace"), Summary(value), Yaml(value));

    /// <summary>The object as one would have written it: without what the server adds.</summary>
    public static string Yaml(JsonObject value)
    {
        var copy = value.DeepClone().AsObject();
        if (copy["metadata"] is JsonObject metadata)
        {
            metadata.Remove("managedFields");
            if (metadata["annotations"] is JsonObject annotations)
                annotations.Remove("kubectl.kubernetes.io/last-applied-configuration");
        }

        return KubernetesYaml.Write(copy);
    }

    /// <summary>A field as text, empty when it is not there.</summary>
    public static string Text(JsonNode? node, string field) => (node as JsonObject)?[field] is JsonValue value ? value.ToString() : "";

    private static string Summary(JsonObject value)
    {
        var spec = value["spec"];
        return Text(value, "kind") switch
        {
            "Server" => $"port {Text(spec, "port")}, {Or(Text(spec, "proxyProtocol"), "unknown")}, {Or(Text(spec, "accessPolicy"), "deny")} by default, pods {Labels(spec?["podSelector"])}",
            "ServerAuthorization" => $"{Clients(spec?["client"])} may call {Or(Text(spec?["server"], "name"), "the servers " + Labels(spec?["server"]?["selector"]))}",
            "AuthorizationPolicy" => $"{References(spec?["requiredAuthenticationRefs"], "everybody")} may call {Reference(spec?["targetRef"])}",
            "MeshTLSAuthentication" => string.Join(", ", List(spec?["identities"]).Select(static i => i?.ToString()).Concat(List(spec?["identityRefs"]).Select(Reference))),
            "NetworkAuthentication" => string.Join(", ", List(spec?["networks"]).Select(static n => Text(n, "cidr"))),
            "HTTPLocalRateLimitPolicy" => $"at most {Or(Text(spec?["total"], "requestsPerSecond"), "any number of")} requests per second for {Reference(spec?["targetRef"])}",
            "HTTPRoute" or "GRPCRoute" => $"{List(spec?["rules"]).Count()} rules for {References(spec?["parentRefs"], "nothing")}",
            "ServiceProfile" => $"{List(spec?["routes"]).Count()} routes",
            _ => "",
        };
    }

    private static string Clients(JsonNode? client)
    {
        if (Text(client, "unauthenticated") == "true")
            return "everybody";
        var tls = client?["meshTLS"];
        if (Text(tls, "unauthenticatedTLS") == "true")
            return "everybody by TLS";
        var names = List(tls?["identities"]).Select(static i => i?.ToString()).Concat(List(tls?["serviceAccounts"]).Select(static a => Text(a, "name"))).ToList();
        return names.Count == 0 ? "nobody" : string.Join(", ", names);
    }

    private static string Labels(JsonNode? selector)
    {
        var labels = selector?["matchLabels"] as JsonObject ?? selector as JsonObject;
        var pairs = (labels ?? []).Where(static p => p.Value is JsonValue).Select(static p => $"{p.Key}={p.Value}").ToList();
        return pairs.Count == 0 ? "all" : string.Join(",", pairs);
    }

    private static string References(JsonNode? references, string none) =>
        string.Join(" and ", List(references).Select(Reference)) is { Length: > 0 } text ? text : none;

    private static string Reference(JsonNode? reference) => $"{Or(Text(reference, "kind"), "Service")}/{Text(reference, "name")}";

    private static IEnumerable<JsonNode?> List(JsonNode? node) => node as JsonArray ?? [];

    private static string Or(string text, string otherwise) => text.Length == 0 ? otherwise : text;
}
