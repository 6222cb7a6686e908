using System.Net;
using System.Text.Json.Nodes;
using Linkerd.Controller.Policy.Core;
using Linkerd.Controller.Policy.Index;
using Linkerd.Controller.Policy.Reading;
using Linkerd.Controller.Policy.Conditions;
using Linkerd.Kubernetes;
using Microsoft.Extensions.Logging.Abstractions;
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

    [Fact]
    public void The_oldest_route_of_the_greater_kind_is_named_where_ports_overlap()
    {
        _index.SetService(Cluster.Service("web"));
        Route("all", "{parentRefs: [{group: '', kind: service, name: web}], rules: [{}]}", RouteKind.Grpc);
        Route("on-80", "{parentRefs: [{group: core, kind: Service, name: web, port: 80}], rules: [{}]}", RouteKind.Grpc);
        Route("http-80", "{parentRefs: [{group: core, kind: Service, name: web, port: 80}]}");
        Route("http-81", "{parentRefs: [{group: core, kind: Service, name: web, port: 81}]}");
        Assert.Equal(("app/all", "app/all"), (Conflict("http-80"), Conflict("http-81")));

        _index.RemoveRoute(RouteKind.Grpc, TargetRef.GatewayGroup, new ResourceName("app", "all"));
        Assert.Equal("app/on-80", Conflict("http-80"));
        Assert.StartsWith("Accepted=True:Accepted", Conditions("http-81"));

        string? Conflict(string name) => Status(name)!["parents"]![0]!["conditions"]![0]!["message"]!.GetValue<string>().Split(' ') is ["GRPCRoute", var other, ..] ? other : null;
    }

    [Fact]
    public void Twice_as_many_routes_are_about_twice_the_work()
    {
        // Bytes are counted, not time: each look at all routes allocates.
        var (less, more) = (Work(400), Work(800));
        Assert.InRange((double)more / less, 1, 3);

        static long Work(int routes)
        {
            var tests = new StatusTests();
            for (var i = 0; i < routes; i++)
            {
                tests._index.SetService(Cluster.Service($"s{i}", clusterIp: $"10.96.{i / 250}.{1 + (i % 250)}"));
                tests.Route($"http-{i}", $"{{parentRefs: [{{group: core, kind: Service, name: s{i}}}]}}");
                tests.Route($"grpc-{i}", $"{{parentRefs: [{{group: core, kind: Service, name: s{i}}}], rules: [{{}}]}}", RouteKind.Grpc);
            }

            tests._index.Statuses(Now);
            var before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Equal(2 * routes, tests._index.Statuses(Now).Count);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    [Fact]
    public async Task Statuses_are_written_once_and_looked_at_again_only_after_a_change()
    {
        _index.SetService(Cluster.Service("web"));
        for (var i = 0; i < 200; i++)
            Route($"r{i}", "{" + Service + "}");
        var server = new PatchServer();
        using var client = new KubernetesClient(new KubernetesConfig { Server = new Uri("http://localhost") }, server);
        var board = new StatusBoard();
        var writer = new StatusWriter(_index, board, client, TimeSpan.FromSeconds(5), TimeProvider.System, NullLogger.Instance);
        server.Refuses = true;
        await writer.WriteAsync(default);
        Assert.Equal(200, server.Patches);
        server.Refuses = false;
        await writer.WriteAsync(default);
        await writer.WriteAsync(default);
        Assert.Equal(400, server.Patches);

        var before = GC.GetAllocatedBytesForCurrentThread();
        await writer.WriteAsync(default);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1000);

        _index.RemoveService(Cluster.Service("web"));
        await writer.WriteAsync(default);
        Assert.Equal(600, server.Patches);
        // Someone else takes a status away.
        board.Set(_index.Statuses(Now).Keys.First(), []);
        await writer.WriteAsync(default);
        Assert.Equal(601, server.Patches);
    }

    /// <summary>Answers each patch with what it says, or with 503.</summary>
    private sealed class PatchServer : HttpMessageHandler
    {
        public int Patches { get; private set; }

        public bool Refuses { get; set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Patches++;
            return Refuses
                ? new HttpResponseMessage(HttpStatusCode.ServiceUnavailable)
                : new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(await request.Content!.ReadAsStringAsync(cancellationToken), System.Text.Encoding.UTF8, "application/json") };
        }
    }
}
