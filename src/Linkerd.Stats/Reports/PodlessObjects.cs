using System.Text.Json.Nodes;
using Linkerd.Kubernetes;

namespace Linkerd.Stats.Reports;

/// <summary>Lists what has statistics and no pods: Services, policies, routes and splits.</summary>
internal sealed class PodlessObjects(IObjectLister objects)
{
    public async Task<IReadOnlyList<WorkloadInfo>> ListAsync(ResourceKind kind, string? ns, string labelSelector, CancellationToken cancellationToken)
    {
        return kind.Name switch
        {
            "service" => await ServicesAsync(ns, labelSelector, cancellationToken),
            "server" => await NamesAsync(CustomResource.Servers),
            "serverauthorization" => await NamesAsync(CustomResource.ServerAuthorizations),
            "authorizationpolicy" => await NamesAsync(CustomResource.AuthorizationPolicies),
            "httproute" => [.. (await NamesAsync(CustomResource.PolicyHttpRoutes)).Concat(await NamesAsync(CustomResource.HttpRoutes)).DistinctBy(static r => (r.Namespace, r.Name))],
            "trafficsplit" => [.. (await objects.ListCustomAsync(CustomResource.TrafficSplits, ns, labelSelector, cancellationToken)).Select(Split)],
            var other => throw new ArgumentException($"statistics of a {other} are not known"),
        };

        async Task<IReadOnlyList<WorkloadInfo>> NamesAsync(CustomResource resource) =>
            [.. (await objects.ListCustomAsync(resource, ns, labelSelector, cancellationToken)).Select(o => Named(kind.Name, o))];
    }

    private async Task<IReadOnlyList<WorkloadInfo>> ServicesAsync(string? ns, string labelSelector, CancellationToken cancellationToken)
    {
        var services = objects.ListAsync(Resources.Services, ns, labelSelector, cancellationToken);
        var profiles = (await objects.ListCustomAsync(CustomResource.ServiceProfiles, ns, "", cancellationToken))
            .Select(static p => (Name: Text(p["metadata"]?["name"]), Backends: BackendsOf(p)))
            .Where(static p => p.Backends.Count != 0)
            .ToArray();
        return [.. (await services).Select(s => new WorkloadInfo("service", s.Metadata.Namespace ?? "", s.Metadata.Name ?? "", null, null, 0, "")
        {
            Backends = profiles.FirstOrDefault(p => p.Name.StartsWith($"{s.Metadata.Name}.{s.Metadata.Namespace}.svc.", StringComparison.Ordinal)).Backends ?? [],
        })];
    }

    private static WorkloadInfo Named(string kind, JsonObject item) =>
        new(kind, Text(item["metadata"]?["namespace"]), Text(item["metadata"]?["name"]), null, null, 0, "");

    private static WorkloadInfo Split(JsonObject item) => Named("trafficsplit", item) with
    {
        Apex = Text(item["spec"]?["service"]),
        Backends = [.. Items(item["spec"]?["backends"]).Select(static b => new WeightedBackend(Text(b?["service"]), Text(b?["weight"])))],
    };

    private static List<WeightedBackend> BackendsOf(JsonObject profile) =>
        [.. Items(profile["spec"]?["dstOverrides"]).Select(static b => new WeightedBackend(Text(b?["authority"]), Text(b?["weight"])))];

    private static IEnumerable<JsonNode?> Items(JsonNode? node) => node as JsonArray ?? [];

    private static string Text(JsonNode? node) => node is JsonValue value ? value.ToString() : "";
}
