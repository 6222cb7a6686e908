using System.Text.Json.Nodes;
using Linkerd.Local.Schema;

namespace Linkerd.Local.Printing;

/// <summary>Cells of workloads, Services and nodes.</summary>
internal static class WorkloadCells
{
    private const string RolePrefix = "node-role.kubernetes.io/";

    public static string Containers(JsonObject node) => string.Join(',', TemplateContainers(node).Select(c => c.Str("name")));

    public static string Images(JsonObject node) => string.Join(',', TemplateContainers(node).Select(c => c.Str("image")));

    public static string Labels(JsonObject? labels) =>
        labels is not { Count: > 0 } ? "<none>" : string.Join(',', labels.Select(p => $"{p.Key}={p.Value.AsString()}").Order(StringComparer.Ordinal));

    public static string Owner(JsonObject node)
    {
        var owner = node.Obj("metadata").Arr("ownerReferences").Objects().FirstOrDefault(o => o.Bool("controller") == true);
        return owner is null ? "<none>" : $"{owner.Str("kind")?.ToLowerInvariant()}.{owner.Str("apiVersion")?.Split('/')[0]}/{owner.Str("name")}";
    }

    public static string Endpoints(JsonObject node)
    {
        var all = node.Arr("subsets").Objects().SelectMany(s => s.Arr("ports") is { Count: > 0 } ports
            ? s.Arr("addresses").Objects().SelectMany(a => ports.Objects().Select(p => $"{a.Str("ip")}:{p.Long("port")}"))
            : s.Arr("addresses").Objects().Select(a => a.Str("ip") ?? "")).ToList();
        return all.Count == 0 ? "<none>" : TableColumns.Join(all);
    }

    public static string ExternalAddress(JsonObject service)
    {
        var spec = service.Obj("spec");
        var external = spec.Arr("externalIPs").Strings();
        switch (spec.Str("type"))
        {
            case "ExternalName":
                return spec.Str("externalName") ?? "";
            case "LoadBalancer":
                var ingress = service.Obj("status").Obj("loadBalancer").Arr("ingress").Objects().Select(i => i.Str("ip") ?? i.Str("hostname") ?? "");
                var all = string.Join(',', ingress.Concat(external));
                return all.Length == 0 ? "<pending>" : all;
            default:
                var given = string.Join(',', external);
                return given.Length == 0 ? "<none>" : given;
        }
    }

    public static string Ports(JsonObject service)
    {
        var ports = service.Obj("spec").Arr("ports").Objects()
            .Select(p => p.Long("nodePort") is { } node and > 0 ? $"{p.Long("port")}:{node}/{p.Str("protocol")}" : $"{p.Long("port")}/{p.Str("protocol")}");
        var text = string.Join(',', ports);
        return text.Length == 0 ? "<none>" : text;
    }

    public static string NodeStatus(JsonObject node)
    {
        var ready = node.Obj("status").Arr("conditions").Objects().FirstOrDefault(c => c.Str("type") == "Ready").Str("status");
        var status = ready switch { "True" => "Ready", null => "Unknown", _ => "NotReady" };
        return node.Obj("spec").Bool("unschedulable") == true ? status + ",SchedulingDisabled" : status;
    }

    public static string NodeRoles(JsonObject node)
    {
        var roles = (node.Obj("metadata").Obj("labels") ?? []).Where(l => l.Key.StartsWith(RolePrefix, StringComparison.Ordinal)).Select(l => l.Key[RolePrefix.Length..]);
        var text = string.Join(',', roles.Order(StringComparer.Ordinal));
        return text.Length == 0 ? "<none>" : text;
    }

    public static string JobStatus(JsonObject job)
    {
        var conditions = job.Obj("status").Arr("conditions").Objects().Where(c => c.Str("status") == "True").Select(c => c.Str("type")).ToList();
        return conditions.Contains("Complete") ? "Complete" : conditions.Contains("Failed") ? "Failed" : conditions.Contains("Suspended") ? "Suspended" : "Running";
    }

    public static JsonNode? JobDuration(JsonObject job, DateTimeOffset now)
    {
        if (!DateTimeOffset.TryParse(job.Obj("status").Str("startTime"), out var start)) return "";
        return Durations.Human((DateTimeOffset.TryParse(job.Obj("status").Str("completionTime"), out var end) ? end : now) - start);
    }

    private static IEnumerable<JsonObject> TemplateContainers(JsonObject node) => node.Obj("spec").Obj("template").Obj("spec").Arr("containers").Objects();
}
