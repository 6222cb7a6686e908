using System.Net;
using System.Text.Json.Nodes;
using Linkerd.Model;
using Linkerd.Routing;

namespace Linkerd.Cli.Commands.Viz.Policies;

/// <summary>
/// What policies would do with requests, read from their documents and not from how these came about: hand-edited ones are judged alike. Routes are
/// matched by what the proxy itself uses.
/// </summary>
internal sealed class PolicyVerdicts
{
    private const string Any = "*";

    private readonly Dictionary<int, JsonObject> _servers = [];
    private readonly Dictionary<string, RouteTable<string>> _routes = [];
    private readonly Dictionary<(string Kind, string Name), List<Reference[]>> _required = [];
    private readonly Dictionary<(string Kind, string Name), Predicate<ObservedRequest>> _authentications = [];
    private readonly string _namespace;

    /// <summary>Reads documents.</summary>
    /// <exception cref="CliException">One is of a kind that this cannot judge, or lacks a field.</exception>
    public PolicyVerdicts(IEnumerable<JsonObject> documents, PolicyTarget target)
    {
        _namespace = target.Namespace;
        foreach (var document in documents)
        {
            var (kind, name) = (document["kind"]?.ToString() ?? "", document.Find("metadata").Find("name")?.ToString() ?? "");
            try
            {
                Read(kind, name, document["spec"] ?? throw new CliException($"{kind} {name}: it has no spec"), target);
            }
            // Of a field that is missing or of another shape, of an address, of a regular expression.
            catch (Exception e) when (e is FormatException or ArgumentException)
            {
                throw new CliException($"{kind} {name}: its spec cannot be read: {e.Message}", e);
            }
        }
    }

    /// <summary>What becomes of a request.</summary>
    public PolicyVerdict Of(ObservedRequest request)
    {
        var server = _servers.GetValueOrDefault(request.Port);
        var name = server?["metadata"]!["name"]!.ToString() ?? (_routes.ContainsKey(request.Server) ? request.Server : null);
        if (name is null)
            return new PolicyVerdict(Decision.NotCovered, $"no Server of these policies selects port {request.Port}: the default policy decides");
        if (!_routes.TryGetValue(name, out var table))
            return IsAuthorized(server, ("Server", name), request) ? PolicyVerdict.Allowed : new PolicyVerdict(Decision.Denied, $"403: Server {name} authorizes others");
        if (table.Find(RequestHead.Of(request.Method, "", request.Path, [])) is not { } route)
            return new PolicyVerdict(Decision.Denied, $"404: no HTTPRoute of Server {name} matches");
        return IsAuthorized(server, ("HTTPRoute", route), request) || IsAuthorized(server, ("Server", name), request)
            ? PolicyVerdict.Allowed
            : new PolicyVerdict(Decision.Denied, $"403: HTTPRoute {route} authorizes others");
    }

    private void Read(string kind, string name, JsonNode spec, PolicyTarget target)
    {
        switch (kind)
        {
            case "Server":
                var port = PolicyTarget.PortOf(spec.Find("port"), target.Ports) ?? throw new CliException($"Server {name}: spec.port: {spec.Find("port")} is no port of {target.Name}");
                _servers[port] = new JsonObject { ["metadata"] = new JsonObject { ["name"] = name }, ["spec"] = spec.DeepClone() };
                break;
            case "HTTPRoute":
                foreach (var parent in spec.Items("parentRefs").Where(static p => p.Find("kind")?.ToString() == "Server"))
                    AddRoute(parent.Text("name"), name, spec);
                break;
            case "AuthorizationPolicy":
                var aim = spec.Field("targetRef");
                var key = (aim.Text("kind"), aim.Text("name"));
                if (!_required.TryGetValue(key, out var all))
                    _required[key] = all = [];
                all.Add([.. spec.Items("requiredAuthenticationRefs").Select(r => new Reference(r.Text("kind"), r.Text("name"), r.Find("namespace")?.ToString() ?? _namespace))]);
                break;
            case "NetworkAuthentication":
                var networks = spec.Items("networks").Select(static n => (Parse(n.Text("cidr")), n.OptionalItems("except").Select(static e => Parse(e.ToString())).ToArray())).ToArray();
                _authentications[(kind, name)] = request => IPAddress.TryParse(request.Address, out var address)
                    && Array.Exists(networks, n => n.Item1.Contains(address) && !Array.Exists(n.Item2, e => e.Contains(address)));
                break;
            case "MeshTLSAuthentication":
                var identities = spec.OptionalItems("identities").Select(static i => i.ToString()).ToArray();
                var clients = spec.OptionalItems("identityRefs").Select(r => Client(r.Text("kind"), r.Find("name")?.ToString(), r.Find("namespace")?.ToString() ?? _namespace)).ToArray();
                _authentications[(kind, name)] = request => Array.Exists(identities, i => IsIdentity(i, request.Identity)) || Array.Exists(clients, c => c(request));
                break;
            default:
                throw new CliException($"{kind} {name}: only Server, HTTPRoute, AuthorizationPolicy, MeshTLSAuthentication and NetworkAuthentication can be judged");
        }
    }

    private void AddRoute(string server, string name, JsonNode spec)
    {
        if (!_routes.TryGetValue(server, out var table))
            _routes[server] = table = new RouteTable<string>();
        foreach (var rule in spec.Items("rules"))
            table.Add([], rule.OptionalItems("matches").Select(static m => new RequestMatcher(Match(m))), name);
    }

    private static HttpRouteMatch Match(JsonNode match)
    {
        if (match.Find("headers") is not null || match.Find("queryParams") is not null)
            throw new CliException("a match by headers or query parameters cannot be judged: tap does not show them");
        var path = match.Find("path");
        return new HttpRouteMatch
        {
            Method = match.Find("method")?.ToString(),
            Path = path is null ? null : new TextMatch(path.Find("type")?.ToString() switch
            {
                "Exact" => TextMatchKind.Exact,
                "RegularExpression" => TextMatchKind.Regex,
                "PathPrefix" or null => TextMatchKind.Prefix,
                var other => throw new CliException($"path.type: '{other}' is not Exact, PathPrefix or RegularExpression"),
            }, path.Find("value")?.ToString() ?? "/"),
        };
    }

    private bool IsAuthorized(JsonNode? server, (string Kind, string Name) target, ObservedRequest request) =>
        _required.GetValueOrDefault(target, []).Exists(refs => Array.TrueForAll(refs, r => Authenticates(r, request)))
        || (target.Kind == "Server" && server.Find("spec").Find("accessPolicy")?.ToString() switch
        {
            "all-unauthenticated" or "cluster-unauthenticated" or "audit" => true,
            "all-authenticated" or "cluster-authenticated" => request.Identity.Length > 0,
            _ => false,
        });

    private bool Authenticates(Reference reference, ObservedRequest request)
    {
        if (reference.Kind == "ServiceAccount")
            return IsAccount(request, reference.Namespace, reference.Name);
        return _authentications.TryGetValue((reference.Kind, reference.Name), out var admits)
            ? admits(request)
            : throw new CliException($"{reference.Kind} {reference.Name}: an AuthorizationPolicy names it, and it is not among the policies");
    }

    private static Predicate<ObservedRequest> Client(string kind, string? name, string ns) => kind switch
    {
        "ServiceAccount" when name is null => throw new FormatException("identityRefs: a ServiceAccount has no name"),
        "ServiceAccount" => request => IsAccount(request, ns, name),
        "Namespace" => request => ObservedRequest.AccountOf(request.Identity)?.Namespace == (name ?? ns),
        _ => static _ => false,
    };

    private static bool IsAccount(ObservedRequest request, string ns, string name) => ObservedRequest.AccountOf(request.Identity) == (ns, name);

    private static bool IsIdentity(string wanted, string identity) =>
        wanted == Any ? identity.Length > 0
        : wanted.StartsWith(Any, StringComparison.Ordinal) ? identity.EndsWith(wanted[Any.Length..], StringComparison.Ordinal)
        : wanted == identity;

    private static IPNetwork Parse(string cidr) => IPNetwork.Parse(cidr.Contains('/', StringComparison.Ordinal) ? cidr : cidr + (cidr.Contains(':', StringComparison.Ordinal) ? "/128" : "/32"));

    private sealed record Reference(string Kind, string Name, string Namespace);
}
