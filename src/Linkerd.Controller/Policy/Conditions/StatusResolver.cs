using System.Text.Json.Nodes;
using Linkerd.Controller.Destination.Core;
using Linkerd.Controller.Policy.Core;
using Linkerd.Controller.Policy.Index;

namespace Linkerd.Controller.Policy.Conditions;

/// <summary>What the status of every policy resource should say. Reads the tables of an index under the index's lock.</summary>
/// <remarks>Made for one answer, from resources that do not change meanwhile: what resources have in common is sorted out once.</remarks>
internal sealed class StatusResolver
{
    /// <summary>Who writes these statuses.</summary>
    public const string ControllerName = "linkerd.io/policy-controller";

    private const string Accepted = "Accepted";

    private readonly PolicySettings _settings;
    private readonly PolicyTables _tables;
    private readonly List<PolicyRoute> _routes;
    private readonly RouteAttachments _attachments;
    private readonly Dictionary<(string Namespace, string Server), RateLimitPolicy> _firstLimits = [];

    public StatusResolver(PolicySettings settings, PolicyTables tables)
    {
        _settings = settings;
        _tables = tables;
        _routes = [.. Enum.GetValues<RouteKind>().SelectMany(tables.AllRoutes)];
        _attachments = new RouteAttachments(_routes);
        foreach (var limit in ResourceTable<RateLimitPolicy>.Ordered(tables.RateLimits.All))
            _firstLimits.TryAdd((limit.Name.Namespace, limit.Server), limit);
    }

    /// <summary>The statuses of all resources that have one of ours; times are <paramref name="now"/>.</summary>
    public Dictionary<StatusKey, JsonObject> All(string now)
    {
        var statuses = new Dictionary<StatusKey, JsonObject>();
        foreach (var route in _routes)
        {
            if (Route(route, now) is { } status)
                statuses[new StatusKey(StatusTypes.Routes(route.Kind, route.Meta.Group), route.Meta.Kind, route.Name)] = status;
        }

        foreach (var limit in _tables.RateLimits.All)
            statuses[new StatusKey(StatusTypes.RateLimits, "HTTPLocalRateLimitPolicy", limit.Name)] = RateLimit(limit, now);
        foreach (var network in _tables.EgressNetworks.All)
            statuses[new StatusKey(StatusTypes.EgressNetworks, "EgressNetwork", network.Name)] = Egress(network, now);
        return statuses;
    }

    /// <summary>An entry per parent of ours; null where there is none, since the route is then not ours to judge.</summary>
    private JsonObject? Route(PolicyRoute route, string now)
    {
        var parents = new JsonArray();
        foreach (var parent in route.Parents)
        {
            if (AcceptedBy(route, parent) is not { } accepted)
                continue;
            var conditions = new JsonArray(accepted.ToJson(now));
            if (!parent.IsServer)
                conditions.Add((JsonNode)Resolved(route).ToJson(now));
            parents.Add((JsonNode)new JsonObject { ["parentRef"] = Reference(parent), ["controllerName"] = ControllerName, ["conditions"] = conditions });
        }

        return parents.Count == 0 ? null : new JsonObject { ["parents"] = parents };
    }

    private StatusCondition? AcceptedBy(PolicyRoute route, RouteParent parent)
    {
        var target = parent.Target;
        if (parent.IsServer)
            return Found(_tables.Servers.Get(target.Namespace, target.Name) is not null && target.Namespace == route.Name.Namespace);
        if (parent.IsEgressNetwork)
            return _tables.EgressNetworks.Get(target.Namespace, target.Name) is null ? Found(false) : Conflict(route, parent) ?? Found(true);
        if (!parent.IsService)
            return null;
        return _tables.Services.Get(new ServiceName(target.Namespace, target.Name)) switch
        {
            null => Found(false),
            { ClusterIps.Count: 0 } => new StatusCondition(Accepted, false, "NoMatchingParent", "parent service must have a ClusterIP"),
            _ => Conflict(route, parent) ?? Found(true),
        };
    }

    private static StatusCondition Found(bool found) => found ? new StatusCondition(Accepted, true, Accepted) : new StatusCondition(Accepted, false, "NoMatchingParent");

    /// <summary>Of routes of several kinds on one port only those of the most particular kind are used.</summary>
    private StatusCondition? Conflict(PolicyRoute route, RouteParent parent)
    {
        foreach (var kind in Enum.GetValues<RouteKind>().Where(k => k > route.Kind))
        {
            if (_attachments.First(kind, parent) is { } other)
                return new StatusCondition(Accepted, false, "RouteReasonConflicted", $"{other.Meta.Kind} {other.Name} is attached to the same port");
        }

        return null;
    }

    private StatusCondition Resolved(PolicyRoute route)
    {
        const string type = "ResolvedRefs";
        foreach (var backend in route.Rules.SelectMany(static r => r.Backends))
        {
            var isEgress = backend.Target.Is(TargetRef.PolicyGroup, "EgressNetwork");
            if (!isEgress && !backend.Target.Is("", "Service"))
                return new StatusCondition(type, false, "InvalidKind", $"backend {backend.Target.Name} is a {backend.Target.Kind}, not a Service");
            var found = isEgress
                ? _tables.EgressNetworks.Get(backend.Target.Namespace, backend.Target.Name) is not null
                : _tables.Services.Get(new ServiceName(backend.Target.Namespace, backend.Target.Name)) is not null;
            if (!found)
                return new StatusCondition(type, false, "BackendNotFound", $"{backend.Target.Kind} {backend.Target.Namespace}/{backend.Target.Name} does not exist");
        }

        return new StatusCondition(type, true, type);
    }

    private JsonObject RateLimit(RateLimitPolicy limit, string now)
    {
        StatusCondition condition;
        if (_tables.Servers.Get(limit.Name.Namespace, limit.Server) is null)
            condition = new StatusCondition(Accepted, false, "NoMatchingTarget", $"Server {limit.Server} does not exist");
        else if (_firstLimits[(limit.Name.Namespace, limit.Server)] is var first && first.Name != limit.Name)
            condition = new StatusCondition(Accepted, false, "RateLimitReasonAlreadyExists", $"{first.Name.Name} limits Server {limit.Server} already");
        else
            condition = new StatusCondition(Accepted, true, Accepted);
        return new JsonObject
        {
            ["conditions"] = new JsonArray(condition.ToJson(now)),
            ["targetRef"] = new JsonObject { ["group"] = TargetRef.PolicyGroup, ["kind"] = "Server", ["name"] = limit.Server },
        };
    }

    private JsonObject Egress(EgressNetwork network, string now)
    {
        var condition = network.Overlaps(_settings.ClusterNetworks)
            ? new StatusCondition(Accepted, false, "EgressReasonNetworkOverlap", "networks overlap with those of the cluster")
            : new StatusCondition(Accepted, true, Accepted);
        return new JsonObject { ["conditions"] = new JsonArray(condition.ToJson(now)) };
    }

    private static JsonObject Reference(RouteParent parent)
    {
        var reference = new JsonObject
        {
            ["group"] = parent.Target.Group,
            ["kind"] = parent.Target.Kind,
            ["namespace"] = parent.Target.Namespace,
            ["name"] = parent.Target.Name,
        };
        if (parent.Port is { } port)
            reference["port"] = port;
        return reference;
    }
}
