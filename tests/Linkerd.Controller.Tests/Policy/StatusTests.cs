using System.Net;
using System.Text.Json.Nodes;
using Linkerd.Controller.Policy.Core;
using Linkerd.Controller.Policy.Index;
using Linkerd.Controller.Policy.Reading;
using Linkerd.Controller.Policy.Conditions;
using static Linkerd.Controller.Tests.Policy.ResourceReaderTests;

namespace Linkerd.Controller.Tests.Policy;

/// <summary>What the policy controller writes into the status of its resources.</summary>
public sealed class StatusTests
{
    private const string Now = "2026-06-01T00:00:00Z";
    private const string Service = "parentRefs: [{group: core, kind: Service, name: web}]";

    private readonly AuthorizationReaders _read = new(new IdentityNames("linkerd", "cluster.local"));
    private readonly PolicyIndex _index = new(new PolicySettings { ClusterNetworks = [IPNetwork.Parse("10.0.0.0/8")] });

    private void Route(string name, string spec, RouteKind kind = RouteKind.Http) => _index.SetRoute(RouteReader.Read(Resource(spec, name), kind, TargetRef.GatewayGroup));

    private JsonObject? Status(string name) => _index.Statuses(Now).SingleOrDefault(s => s.Key.Name.Name == name).Value;

    /// <summary>Type, status and reason of the conditions, of the first parent where there are parents.</summary>
    private string Conditions(string name)
    {
        var status = Status(name)!;
        var conditions = status["conditions"] ?? status["parents"]![0]!["conditions"];
        return string.Join(' ', conditions!.AsArray().Select(c => $"{c!["type"]}={c["status"]}:{c["reason"]}"));
    }

    [Fact]
    public void A_route_is_accepted_when_its_parent_is_there_and_resolved_when_its_backends_are()
    {
        Route("r", "{" + Service + ", rules: [{backendRefs: [{name: v2, port: 80}]}]}");
        Assert.Equal("Accepted=False:NoMatchingParent ResolvedRefs=False:BackendNotFound", Conditions("r"));
        _index.SetService(Cluster.Service("web"));
        _index.SetService(Cluster.Service("v2", clusterIp: "10.96.0.2"));
        Assert.Equal("Accepted=True:Accepted ResolvedRefs=True:ResolvedRefs", Conditions("r"));
        Assert.Equal("linkerd.io/policy-controller", (string?)Status("r")!["parents"]![0]!["controllerName"]);
        Assert.Equal("""{"group":"core","kind":"Service","namespace":"app","name":"web"}""", Status("r")!["parents"]![0]!["parentRef"]!.ToJsonString());
    }

    [Fact]
    public void A_headless_service_is_no_parent()
    {
        _index.SetService(Cluster.Service("web", clusterIp: "None"));
        Route("r", "{" + Service + "}");
        Assert.StartsWith("Accepted=False:NoMatchingParent", Conditions("r"));
    }

    [Fact]
    public void Of_two_kinds_on_one_port_the_less_particular_is_in_conflict()
    {
        _index.SetService(Cluster.Service("web"));
        Route("http", "{" + Service + "}");
        Route("grpc", "{" + Service + ", rules: [{}]}", RouteKind.Grpc);
        Assert.StartsWith("Accepted=False:RouteReasonConflicted", Conditions("http"));
        Assert.StartsWith("Accepted=True:Accepted", Conditions("grpc"));
    }

    [Fact]
    public void A_route_of_a_gateway_is_not_judged()
    {
        Route("gateway", "{parentRefs: [{name: gateway}]}");
        Assert.Null(Status("gateway"));
    }

    [Fact]
    public void Rate_limits_need_a_server_of_their_own()
    {
        const string Spec = "{targetRef: {group: policy.linkerd.io, kind: Server, name: web}, total: {requestsPerSecond: 9}}";
        _index.SetRateLimit(_read.RateLimit(Resource(Spec, "first")));
        _index.SetRateLimit(_read.RateLimit(Resource(Spec, "second", created: "2026-02-01T00:00:00Z")));
        Assert.Equal("Accepted=False:NoMatchingTarget", Conditions("first"));
        _index.SetServer(ServerReader.Read(Resource("{podSelector: {}, port: 80}", "web")));
        Assert.Equal("Accepted=True:Accepted", Conditions("first"));
        Assert.Equal("Accepted=False:RateLimitReasonAlreadyExists", Conditions("second"));
    }

    [Fact]
    public void An_egress_network_must_stay_out_of_the_cluster()
    {
        _index.SetEgressNetwork(EgressNetworkReader.Read(Resource("{trafficPolicy: Allow, networks: [{cidr: 10.1.0.0/16}]}", "in")));
        _index.SetEgressNetwork(EgressNetworkReader.Read(Resource("{trafficPolicy: Allow, networks: [{cidr: 0.0.0.0/0, except: [10.0.0.0/8]}]}", "out")));
        Assert.Equal("Accepted=False:EgressReasonNetworkOverlap", Conditions("in"));
        Assert.Equal("Accepted=True:Accepted", Conditions("out"));
    }

    [Fact]
    public void What_others_wrote_stays_and_what_did_not_change_keeps_its_time()
    {
        _index.SetService(Cluster.Service("web"));
        Route("r", "{" + Service + "}");
        var key = _index.Statuses(Now).Keys.Single();
        var board = new StatusBoard();
        var other = new JsonObject { ["controllerName"] = "example.com/other", ["parentRef"] = new JsonObject { ["name"] = "gateway" } };
        board.Set(key, new JsonObject { ["status"] = new JsonObject { ["parents"] = new JsonArray(other) } });
        var first = board.Change(key, Status("r")!)!;
        Assert.Equal(["example.com/other", "linkerd.io/policy-controller"], first["parents"]!.AsArray().Select(p => (string?)p!["controllerName"]));
        board.Set(key, new JsonObject { ["status"] = first.DeepClone() });
        Assert.Null(board.Change(key, _index.Statuses("2027-01-01T00:00:00Z")[key]));
        Route("r", "{" + Service + ", rules: [{backendRefs: [{name: v2, port: 80}]}]}");
        var second = board.Change(key, _index.Statuses("2027-01-01T00:00:00Z")[key])!;
        Assert.Equal([Now, "2027-01-01T00:00:00Z"], second["parents"]![1]!["conditions"]!.AsArray().Select(c => (string?)c!["lastTransitionTime"]));
    }
}
