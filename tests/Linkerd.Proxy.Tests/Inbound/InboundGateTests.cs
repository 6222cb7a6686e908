using System.Buffers;
using System.Net;
using System.Text;
using Linkerd.Http;
using Linkerd.Model;
using Linkerd.Proxy.Accept;
using Linkerd.Proxy.Detect;
using Linkerd.Proxy.Errors;
using Linkerd.Proxy.Inbound;
using Linkerd.Proxy.Metrics;
using Linkerd.Proxy.Stack;
using Linkerd.Telemetry;
using Linkerd.Testing;

namespace Linkerd.Proxy.Tests.Inbound;

public sealed class InboundGateTests
{
    private const long Now = 1_000_000_000;
    private const string Web = "web.ns.serviceaccount.identity.linkerd.cluster.local";
    private const string Target = "target_addr=\"10.0.0.1:8080\",target_ip=\"10.0.0.1\",target_port=\"8080\"";
    private const string Srv = "srv_group=\"policy.linkerd.io\",srv_kind=\"server\",srv_name=\"api\",srv_port=\"8080\"";
    private const string Clear = "tls=\"no_identity\",no_tls_reason=\"no_tls_from_remote\"";

    private readonly MemoryStream _log = new();
    private readonly MetricRegistry _registry = new(1);
    private readonly ProxyMetrics _metrics;

    public InboundGateTests() => _metrics = new ProxyMetrics(_registry);

    [Fact]
    public void A_request_without_a_route_is_not_found_and_counted()
    {
        InboundGate gate = Gate(null);
        Assert.Null(gate.Pass(Policy(Route("/a")), Request("/b"), Now, out ProxyError refusal));
        Assert.Equal(404, ErrorTable.Of(in refusal).Status);
        Assert.Contains($"inbound_http_route_not_found_total{{{Target},{Srv},{Clear}}} 1\n", Scrape(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_route_lets_in_whom_it_names_beside_the_server()
    {
        InboundPolicy policy = Policy(Route("/open", Everyone("probe")), Route("/"));
        InboundGate gate = Gate(null);
        Assert.NotNull(gate.Pass(policy, Request("/open"), Now, out _));
        Assert.Null(gate.Pass(policy, Request("/"), Now, out ProxyError refusal));
        Assert.Equal((403, 7), (ErrorTable.Of(in refusal).Status, ErrorTable.Of(in refusal).GrpcCode));
        Assert.NotNull(Gate(Web).Pass(policy, Request("/"), Now, out _));
        string scrape = Scrape();
        Assert.Contains($"inbound_http_authz_allow_total{{{Target},{Srv},route_group=\"g\",route_kind=\"HTTPRoute\",route_name=\"/open\",authz_group=\"g\",authz_kind=\"k\",authz_name=\"probe\",{Clear}}} 1\n", scrape, StringComparison.Ordinal);
        Assert.Contains($"inbound_http_authz_deny_total{{{Target},{Srv},route_group=\"g\",route_kind=\"HTTPRoute\",route_name=\"/\",{Clear}}} 1\n", scrape, StringComparison.Ordinal);
        Assert.Contains($"authz_name=\"web\",tls=\"true\",client_id=\"{Web}\"}} 1\n", scrape, StringComparison.Ordinal);
    }

    [Fact]
    [Proves("6.13 order")]
    public void Filters_come_after_authorization_and_before_the_limit()
    {
        InboundPolicy policy = Policy(new LocalRateLimit { Meta = new Meta("g", "k", "limit"), Total = 1 }, Route("/fail", [new RouteFilter.HttpFailure(418, "no", null)], Everyone("all")), Route("/", Everyone("all")));
        InboundGate gate = Gate(null);
        Assert.Null(gate.Pass(policy, Request("/fail"), Now, out ProxyError failed));
        Assert.Equal(418, ErrorTable.Of(in failed).Status);
        // The failure took nothing from the limit.
        Assert.NotNull(gate.Pass(policy, Request("/"), Now, out _));
        Assert.Null(gate.Pass(policy, Request("/"), Now, out ProxyError limited));
        Assert.Equal((429, 8), (ErrorTable.Of(in limited).Status, ErrorTable.Of(in limited).GrpcCode));
        Assert.Contains($"inbound_http_local_ratelimit_total{{{Target},{Srv},ratelimit_group=\"g\",ratelimit_kind=\"k\",ratelimit_name=\"limit\",ratelimit_scope=\"total\",{Clear}}} 1\n", Scrape(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_request_is_decided_by_the_policy_of_its_moment()
    {
        InboundGate gate = Gate(null);
        Assert.NotNull(gate.Pass(Policy(Route("/", Everyone("all"))), Request("/"), Now, out _));
        Assert.Null(gate.Pass(Policy(Route("/")), Request("/"), Now, out _));
        Assert.NotNull(gate.Pass(Policy(Route("/", Everyone("all"))), Request("/"), Now, out _));
    }

    [Fact]
    public void Under_a_policy_that_makes_no_sense_every_request_fails()
    {
        InboundPolicy policy = InboundPolicy.Compile(ServerPolicy.Invalid("authorizations.authentication: no permit is set", TimeSpan.FromSeconds(10)));
        Assert.Null(Gate(Web).Pass(policy, Request("/"), Now, out ProxyError refusal));
        Assert.Equal((500, 13, true), (ErrorTable.Of(in refusal).Status, ErrorTable.Of(in refusal).GrpcCode, ErrorTable.Of(in refusal).ClosesConnection));
        Assert.Contains("no permit is set", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_regular_expression_that_is_none_makes_the_policy_invalid()
    {
        ServerPolicy server = Policy().Server with { HttpRoutes = [new InboundHttpRoute { Meta = Meta.Unknown, Rules = [new HttpRule([new HttpRouteMatch { Path = new TextMatch(TextMatchKind.Regex, "(") }], [])] }] };
        Assert.False(InboundPolicy.Compile(server).Fault.IsNone);
    }

    [Fact]
    public void Audited_requests_are_logged_each_and_denied_ones_once()
    {
        InboundGate gate = Gate(null);
        ServerPolicy audit = DefaultPolicy.Server(DefaultPolicy.Audit, [], TimeSpan.FromSeconds(10))!;
        InboundPolicy policy = InboundPolicy.Compile(audit);
        for (int i = 0; i < 3; i++) Assert.NotNull(gate.Pass(policy, Request("/"), Now, out _));
        InboundPolicy denied = Policy(Route("/"));
        for (int i = 0; i < 3; i++) Assert.Null(gate.Pass(denied, Request("/"), Now, out _));
        string[] lines = Encoding.UTF8.GetString(_log.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, lines.Count(l => l.Contains("INFO", StringComparison.Ordinal) && l.Contains("Request allowed", StringComparison.Ordinal) && l.Contains("server.name=audit", StringComparison.Ordinal) && l.Contains("client.ip=10.9.9.9", StringComparison.Ordinal)));
        Assert.Single(lines, l => l.Contains("Request denied", StringComparison.Ordinal));
    }

    [Fact]
    public void A_request_that_passes_allocates_nothing()
    {
        InboundPolicy policy = Policy(new LocalRateLimit { Meta = new Meta("g", "k", "limit"), Total = 1_000_000, Identity = 1_000_000 }, Route("/", [new RouteFilter.RequestHeaders(new HeaderChanges([], [KeyValuePair.Create("x-set", "1")], ["x-none"]))]));
        InboundGate gate = Gate(Web);
        HeaderBlock request = Request("/");
        int passed = 0;
        for (int i = 0; i < 100; i++) Reuse(gate, policy, request, ref passed);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100_000; i++) Reuse(gate, policy, request, ref passed);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(100_100, passed);
    }

    private static void Reuse(InboundGate gate, InboundPolicy policy, HeaderBlock request, ref int passed)
    {
        request.Clear();
        request.SetMethod(RequestMethod.Get);
        request.SetPath("/"u8);
        if (gate.Pass(policy, request, Now, out _) is not null) passed++;
    }

    private static Authorization Everyone(string name) => new() { Networks = [new NetworkMatch(IPNetwork.Parse("0.0.0.0/0"), [])], Meta = new Meta("g", "k", name) };

    private static InboundHttpRoute Route(string prefix, params Authorization[] authorizations) => Route(prefix, [], authorizations);

    private static InboundHttpRoute Route(string prefix, RouteFilter[] filters, params Authorization[] authorizations) => new()
    {
        Meta = new Meta("g", "HTTPRoute", prefix),
        Authorizations = authorizations,
        Rules = [new HttpRule([new HttpRouteMatch { Path = new TextMatch(TextMatchKind.Prefix, prefix) }], filters)],
    };

    private static InboundPolicy Policy(params InboundHttpRoute[] routes) => Policy(null, routes);

    private static InboundPolicy Policy(LocalRateLimit? limit, params InboundHttpRoute[] routes) => InboundPolicy.Compile(new ServerPolicy
    {
        Protocol = ServerProtocol.Http1,
        HttpRoutes = routes,
        RateLimit = limit,
        Authorizations = [Everyone("web") with { Authentication = ClientAuthentication.Identities, Identities = [IdentityMatch.Exact(Web)] }],
        Meta = new Meta("policy.linkerd.io", "server", "api"),
    });

    private static HeaderBlock Request(string path)
    {
        var head = new HeaderBlock();
        head.SetMethod(RequestMethod.Get);
        head.SetAuthority("api"u8);
        head.SetPath(Encoding.ASCII.GetBytes(path));
        return head;
    }

    private InboundGate Gate(string? identity)
    {
        Assert.True(LogFilter.TryParse("info", out LogFilter filter, out _));
        var tls = identity is null ? new ServerTls(ServerTlsState.NoTlsFromRemote) : new ServerTls(ServerTlsState.Established, PeerIdentity.Dns(identity));
        Linkerd.Net.SocketAddress server = Linkerd.Net.SocketAddress.Parse("10.0.0.1:8080");
        var peer = new HttpPeer(new Accepted(Direction.Inbound, Linkerd.Net.SocketAddress.Parse("10.9.9.9:40000"), server, server), tls);
        return new InboundGate(_metrics, 0, new LogSink(_log, LogFormat.Plain, filter).For("test"), 8080, peer, null);
    }

    private string Scrape()
    {
        var text = new ArrayBufferWriter<byte>();
        _registry.WriteText(text);
        return Encoding.UTF8.GetString(text.WrittenSpan);
    }
}
