using Linkerd.Http;
using Linkerd.Model;
using Linkerd.Routing;
using IPAddress = System.Net.IPAddress;

namespace Linkerd.Cli.Explain;

/// <summary>Says what a server's proxy does with a request, by the tables and permissions that the proxy itself uses.</summary>
internal static class InboundExplainer
{
    /// <summary>The verdict.</summary>
    /// <param name="policy">What the policy controller tells the server's proxy.</param>
    /// <param name="ns">Namespace of the pod, in which the resources lie.</param>
    /// <param name="request">The request; null where the connection is opaque.</param>
    /// <param name="client">The client's address.</param>
    /// <param name="identity">The client's identity; null where it has no proxy.</param>
    public static InboundVerdict Explain(ServerPolicy policy, string ns, HeaderBlock? request, IPAddress client, PeerIdentity? identity)
    {
        var facts = new List<Fact> { new("server", $"protocol {policy.Protocol.ToString().ToLowerInvariant()}", Fact.Name(policy.Meta, ns), policy.Meta.IsDefault ? "config.linkerd.io/default-inbound-policy" : "spec.podSelector") };
        if (request is null || policy.Protocol is ServerProtocol.Opaque or ServerProtocol.Tls)
            return Connection(policy, ns, facts, client, identity);
        var table = new RouteTable<Row>();
        foreach (var route in policy.HttpRoutes)
        {
            for (var i = 0; i < route.Rules.Count; i++)
                table.Add(route.Hosts, route.Rules[i].Matches.Select(static m => new RequestMatcher(m)), new Row(route.Meta, route.Authorizations, route.Rules[i].Filters, i));
        }

        foreach (var route in policy.GrpcRoutes)
        {
            for (var i = 0; i < route.Rules.Count; i++)
                table.Add(route.Hosts, route.Rules[i].Matches.Select(static m => new RequestMatcher(m)), new Row(route.Meta, route.Authorizations, route.Rules[i].Filters, i));
        }

        if (table.Find(request) is not { } row)
            return new InboundVerdict([.. facts, new Fact("route", "no route of the Server matches the request", Fact.Name(policy.Meta, ns))], new Answer(404, "no route found for request"));
        var source = Fact.Name(row.Meta, ns);
        facts.Add(new Fact("route", "the request matches", source, row.Meta.IsDefault ? "" : $"spec.rules[{row.Index}]"));
        if (!Permit(policy, ns, row.Authorizations, facts, client, identity))
            return new InboundVerdict(facts, new Answer(403, "unauthorized request on route"));
        if (FilterFacts.Add(facts, row.Filters, source, $"spec.rules[{row.Index}]") is { } answer)
            return new InboundVerdict(facts, answer);
        AddLimits(facts, policy.RateLimit, ns, identity);
        return new InboundVerdict(facts, Answer.Application);
    }

    private static InboundVerdict Connection(ServerPolicy policy, string ns, List<Fact> facts, IPAddress client, PeerIdentity? identity) =>
        Permit(policy, ns, [], facts, client, identity)
            ? new InboundVerdict(facts, Answer.Application)
            : new InboundVerdict(facts, new Answer(-1, "no authorization lets the client in"));

    private static bool Permit(ServerPolicy policy, string ns, IReadOnlyList<Authorization> ofRoute, List<Fact> facts, IPAddress client, PeerIdentity? identity)
    {
        if (Permissions.Find(policy, ofRoute, client, identity is not null, identity) is { } meta)
        {
            var isAccess = meta.IsDefault && !policy.Meta.IsDefault;
            facts.Add(new Fact("authorization", "allowed", isAccess ? Fact.Name(policy.Meta, ns) : Fact.Name(meta, ns), isAccess ? $"spec.accessPolicy ({meta.Name})" : ""));
            return true;
        }

        var asked = ofRoute.Concat(policy.Authorizations).Select(a => $"{Fact.Name(a.Meta, ns)} (wants {Wanted(a)})").ToList();
        facts.Add(new Fact("authorization", asked.Count == 0 ? "denied: nothing authorizes anybody" : "denied by all of: " + string.Join("; ", asked), Fact.Name(policy.Meta, ns)));
        return false;
    }

    private static string Wanted(Authorization authorization)
    {
        var who = authorization.Authentication switch
        {
            ClientAuthentication.Unauthenticated => "anybody",
            ClientAuthentication.TlsUnauthenticated => "TLS of the mesh",
            _ => string.Join(" or ", authorization.Identities.Select(i => i.IsSuffix ? i.Text.Length == 0 ? "any identity" : "*." + i.Text : i.Text)),
        };
        var networks = authorization.Networks.Where(n => n.Network.PrefixLength > 0).Select(n => n.Network.ToString()).ToList();
        return networks.Count == 0 ? who : $"{who} from {string.Join(", ", networks)}";
    }

    private static void AddLimits(List<Fact> facts, LocalRateLimit? limit, string ns, PeerIdentity? identity)
    {
        if (limit is null)
            return;
        var source = Fact.Name(limit.Meta, ns);
        if (limit.Total is { } total)
            facts.Add(new Fact("rate limit", $"{total} requests a second of all clients: beyond, 429", source, "spec.total.requestsPerSecond"));
        var own = identity is { } known ? limit.Overrides.ToList().FindIndex(o => o.Identities.Contains(known.Name)) : -1;
        if (own >= 0)
            facts.Add(new Fact("rate limit", $"{limit.Overrides[own].RequestsPerSecond} requests a second of this client: beyond, 429", source, $"spec.overrides[{own}].requestsPerSecond"));
        else if (limit.Identity is { } each)
            facts.Add(new Fact("rate limit", $"{each} requests a second of this client: beyond, 429", source, "spec.identity.requestsPerSecond"));
    }

    private sealed record Row(Meta Meta, IReadOnlyList<Authorization> Authorizations, IReadOnlyList<RouteFilter> Filters, int Index);
}
