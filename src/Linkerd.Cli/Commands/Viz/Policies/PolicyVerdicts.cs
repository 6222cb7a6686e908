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
    private readonly Dictionary<(string Kind, string Name), List<JsonArray>> _required = [];
    private readonly Dictionary<(string Kind, string Name), JsonNode> _authentications = [];
    private readonly string _namespace;

    /// <summary>Reads documents.</summary>
    /// <exception cref="CliException">One is of a kind that this cannot judge, or lacks a field.</exception>
    public PolicyVerdicts(IEnumerable<JsonObject> documents, PolicyTarget target)
    {
        _namespace = target.Namespace;
        foreach (var document in documents)
        {
            var (kind, name) = (document["kind"]?.ToString() ?? "", document["metadata"]?["name"]?.ToString() ?? "");
            try
            {
                Read(kind, name, document["spec"] ?? throw new CliException($"{kind} {name}: it has no spec"), target);
            }
            catch (Exception e) when (e is NullReferenceException or InvalidOperationException or FormatException or ArgumentException)
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
                var port = PolicyTarget.PortOf(spec["port"], target.Ports) ?? throw new CliException($"Server {name}: spec.port: {spec["port"]} is no port of {target.Name}");
                _servers[port] = new JsonObject { ["metadata"] = new JsonObject { ["name"] = name }, ["spec"] = spec.DeepClone() };
                break;
            case "HTTPRoute":
                foreach (var parent in spec["parentRefs"]!.AsArray().Where(static p => p!["kind"]?.ToString() == "Server"))
                    AddRoute(parent!["name"]!.ToString(), name, spec);
                break;
            case "AuthorizationPolicy":
                var key = (spec["targetRef"]!["kind"]!.ToString(), spec["targetRef"]!["name"]!.ToString());
                if (!_required.TryGetValue(key, out var all))
                    _required[key] = all = [];
                all.Add(spec["requiredAuthenticationRefs"]!.AsArray());
                break;
            case "MeshTLSAuthentication" or "NetworkAuthentication":
                _authentications[(kind, name)] = spec;
                break;
            default:
                throw new CliException($"{kind} {name}: only Server, HTTPRoute, AuthorizationPolicy, MeshTLSAuthentication and NetworkAuthentication can be judged");
        }
    }

    private void AddRoute(string server, string name, JsonNode spec)
    {
        if (!_routes.TryGetValue(server, out var table))
            _routes[server] = table = new RouteTable<string>();
        foreach (var rule in spec["rules"]!.AsArray())
            table.Add([], (rule!["matches"]?.AsArray() ?? []).Select(static m => new RequestMatcher(Match(m!))), name);
    }

    private static HttpRouteMatch Match(JsonNode match)
    {
        if (match["headers"] is not null || match["queryParams"] is not null)
            throw new CliException("a match by headers or query parameters cannot be judged: tap does not show them");
        var path = match["path"];
        return new HttpRouteMatch
        {
            Method = match["method"]?.ToString(),
            Path = path is null ? null : new TextMatch(path["type"]?.ToString() switch
            {
                "Exact" => TextMatchKind.Exact,
                "RegularExpression" => TextMatchKind.Regex,
                "PathPrefix" or null => TextMatchKind.Prefix,
                var other => throw new CliException($"path.type: '{other}' is not Exact, PathPrefix or RegularExpression"),
            }, path["value"]?.ToString() ?? "/"),
        };
    }

    private bool IsAuthorized(JsonNode? server, (string Kind, string Name) target, ObservedRequest request) =>
        _required.GetValueOrDefault(target, []).Exists(refs => refs.All(r => Authenticates(r!, request)))
        || (target.Kind == "Server" && server?["spec"]!["accessPolicy"]?.ToString() switch
        {
            "all-unauthenticated" or "cluster-unauthenticated" or "audit" => true,
            "all-authenticated" or "cluster-authenticated" => request.Identity.Length > 0,
            _ => false,
        });

    private bool Authenticates(JsonNode reference, ObservedRequest request)
    {
        var (kind, name) = (reference["kind"]!.ToString(), reference["name"]!.ToString());
        if (kind == "ServiceAccount")
            return IsAccount(request, reference["namespace"]?.ToString() ?? _namespace, name);
        var spec = _authentications.GetValueOrDefault((kind, name))
            ?? throw new CliException($"{kind} {name}: an AuthorizationPolicy names it, and it is not among the policies");
        return kind == "NetworkAuthentication"
            ? IPAddress.TryParse(request.Address, out var address) && spec["networks"]!.AsArray().Any(n => IsIn(n!, address))
            : spec["identities"]?.AsArray().Any(i => IsIdentity(i!.ToString(), request.Identity)) == true
              || spec["identityRefs"]?.AsArray().Any(r => r!["kind"]!.ToString() switch
              {
                  "ServiceAccount" => IsAccount(request, r["namespace"]?.ToString() ?? _namespace, r["name"]!.ToString()),
                  "Namespace" => ObservedRequest.AccountOf(request.Identity)?.Namespace == (r["name"]?.ToString() ?? _namespace),
                  _ => false,
              }) == true;
    }

    private static bool IsAccount(ObservedRequest request, string ns, string name) => ObservedRequest.AccountOf(request.Identity) == (ns, name);

    private static bool IsIdentity(string wanted, string identity) =>
        wanted == Any ? identity.Length > 0
        : wanted.StartsWith(Any, StringComparison.Ordinal) ? identity.EndsWith(wanted[Any.Length..], StringComparison.Ordinal)
        : wanted == identity;

    private static bool IsIn(JsonNode network, IPAddress address) =>
        Parse(network["cidr"]!).Contains(address) && network["except"]?.AsArray().Any(e => Parse(e!).Contains(address)) != true;

    private static IPNetwork Parse(JsonNode cidr) => IPNetwork.Parse(cidr.ToString().Contains('/', StringComparison.Ordinal) ? cidr.ToString() : cidr + (cidr.ToString().Contains(':', StringComparison.Ordinal) ? "/128" : "/32"));
}
