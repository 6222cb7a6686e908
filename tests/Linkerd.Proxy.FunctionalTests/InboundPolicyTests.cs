using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Linkerd.Api.Inbound;
using Linkerd.Grpc;
using Linkerd.Grpc.AspNetCore;
using Linkerd.Grpc.AspNetCore.Tests;
using Linkerd.Proxy.FunctionalTests.Kit;
using Linkerd.Testing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using HttpMethod = Linkerd.Api.HttpTypes.HttpMethod;

namespace Linkerd.Proxy.FunctionalTests;

/// <summary>What the inbound side lets through, under the policy that the control plane tells at the moment.</summary>
public sealed class InboundPolicyTests
{
    private const string Service = "http://10.96.0.10";
    private const string Srv = "srv_group=\"policy.linkerd.io\",srv_kind=\"server\",srv_name=\"api\",srv_port=\"8080\"";

    [Fact]
    [Proves("6.14 authz", "6.8 not found")]
    public async Task Routes_authorize_filter_and_are_counted_by_name()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var (client, server) = await PairAsync(mesh);
        var outside = mesh.AddPod("outside");
        mesh.Own(await AppServer.StartAsync(server, 8080));
        mesh.Control.Policy.Inbound.Set("server:8080", InboundServers.Server(
            InboundServers.Http1(
                null,
                InboundServers.Route("api", InboundServers.Prefix("/api"), null, InboundServers.Set("x-policy", "api")),
                InboundServers.Route("write", InboundServers.Prefix("/api", HttpMethod.Types.Registered.Post), [InboundServers.Identities("nobody", "nobody.test")]),
                InboundServers.Route("probe", InboundServers.Exact("/healthz", HttpMethod.Types.Registered.Get), [InboundServers.Anyone("probe", "10.93.0.0/24")]),
                InboundServers.Route("moved", InboundServers.Prefix("/old"), [InboundServers.Anyone("all")], InboundServers.RedirectTo("new.example")),
                InboundServers.Route("faulty", InboundServers.Prefix("/faulty"), [InboundServers.Anyone("all")], InboundServers.Fail(418))),
            InboundServers.Identities("by-suffix", "*.test.serviceaccount.identity.linkerd.cluster.local")));
        await WhenAsync(mesh, async () => await CodeAsync(client, $"{Service}/none") == "404", "the routes in force");

        var answer = await client.RunAsync("curl", "-sS", "-i", "--max-time", "10", "-H", "l5d-client-id: forged", "-H", "x-policy: forged", $"{Service}/api/x");
        Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
        Assert.Contains($"l5d-client-id: {client.Identity}\n", answer);
        Assert.Contains("x-policy: api\n", answer);
        Assert.DoesNotContain("forged", answer);
        // POST is more specific and lets in somebody else beside the server's own clients.
        Assert.Equal("200", await CodeAsync(client, $"{Service}/api", "-d", "x"));

        var url = $"http://{server.Address}:8080";
        Assert.Equal("200", await CodeAsync(outside, url + "/healthz"));
        Assert.Equal("403", await CodeAsync(outside, url + "/api/x"));
        Assert.Equal("403", await CodeAsync(outside, url + "/api/x", "-d", "x"));
        // A HEAD is not the probe's GET, and there is no other route for the path.
        Assert.Equal("404", await CodeAsync(outside, url + "/healthz", "-I"));
        Assert.Equal("418", await CodeAsync(outside, url + "/faulty"));
        var moved = await outside.RunAsync("curl", "-sS", "-i", "--max-time", "10", url + "/old/x?y=1");
        Assert.StartsWith("HTTP/1.1 302", moved, StringComparison.Ordinal);
        Assert.Contains("location: http://new.example:8080/old/x?y=1\r\n", moved, StringComparison.OrdinalIgnoreCase);

        var metrics = await server.Proxy!.WhenMetricsAsync(m => m.Sum("inbound_http_statuses_total", "route_name=\"api\"") == 1, "the request to the route");
        var target = $"target_addr=\"{server.Address}:8080\",target_ip=\"{server.Address}\",target_port=\"8080\"";
        var meshed = $"tls=\"true\",client_id=\"{client.Identity}\"";
        const string Clear = "tls=\"no_identity\",no_tls_reason=\"no_tls_from_remote\"";
        const string Route = "route_group=\"gateway.networking.k8s.io\",route_kind=\"HTTPRoute\",route_name=";
        Assert.Contains($"inbound_http_authz_allow_total{{{target},{Srv},{Route}\"api\",authz_group=\"policy.linkerd.io\",authz_kind=\"authorizationpolicy\",authz_name=\"by-suffix\",{meshed}}} 1\n", $"{metrics}");
        Assert.Contains($"inbound_http_authz_allow_total{{{target},{Srv},{Route}\"probe\",authz_group=\"policy.linkerd.io\",authz_kind=\"authorizationpolicy\",authz_name=\"probe\",{Clear}}} 1\n", $"{metrics}");
        Assert.Contains($"inbound_http_authz_deny_total{{{target},{Srv},{Route}\"write\",{Clear}}} 1\n", $"{metrics}");
        Assert.Contains($"inbound_http_route_not_found_total{{{target},{Srv},{Clear}}} 1\n", $"{metrics}");
        const string Parent = "parent_group=\"policy.linkerd.io\",parent_kind=\"server\",parent_name=\"api\",parent_port=\"8080\"";
        Assert.Contains($"inbound_http_requests_total{{{Parent},{Route}\"api\"}} 1\n", $"{metrics}");
        Assert.Contains($"inbound_http_statuses_total{{{Parent},{Route}\"api\",status=\"200\"}} 1\n", $"{metrics}");
        Assert.Contains($"inbound_http_request_duration_seconds_bucket{{{Parent},{Route}\"api\",le=\"10\"}} 1\n", $"{metrics}");
        Assert.Contains($"inbound_http_response_duration_seconds_count{{{Parent},{Route}\"api\"}} 1\n", $"{metrics}");
        Assert.Contains($"inbound_http_request_frame_size_bytes_bucket{{{Parent},{Route}\"write\",le=\"128\"}} 1\n", $"{metrics}");
        Assert.True(metrics.Sum("inbound_http_response_frame_size_bytes_count", "parent_name=\"api\"", "route_name=\"api\"") >= 1, $"{metrics}");
        // What policy answered never reached the application.
        Assert.Equal(0, metrics.Sum("request_total", "route_name=\"faulty\""));
        Assert.Equal(0, metrics.Sum("inbound_http_requests_total", "route_name=\"faulty\""));
    }

    [Fact]
    [Proves("6.13 networks")]
    public async Task Networks_and_TLS_decide_too()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var (client, server) = await PairAsync(mesh);
        var outside = mesh.AddPod("outside");
        mesh.Own(await AppServer.StartAsync(server, 8080));
        var url = $"http://{server.Address}:8080/";
        var everything = InboundServers.Route("all", InboundServers.Prefix("/"));

        mesh.Control.Policy.Inbound.Set("server:8080", InboundServers.Server(InboundServers.Detect(everything), InboundServers.AnyoneBut("but", $"{outside.Address}/32")));
        await WhenAsync(mesh, async () => await CodeAsync(outside, url) == "403", "403 for the excepted network");
        Assert.Equal("200", await CodeAsync(client, Service + "/"));

        mesh.Control.Policy.Inbound.Set("server:8080", InboundServers.Server(InboundServers.Detect(everything), InboundServers.Anyone("net", $"{outside.Address}/32")));
        await WhenAsync(mesh, async () => await CodeAsync(outside, url) == "200", "200 for the network");
        Assert.Equal("403", await CodeAsync(client, Service + "/"));

        mesh.Control.Policy.Inbound.Set("server:8080", InboundServers.Server(InboundServers.Detect(everything), InboundServers.Tls("tls")));
        await WhenAsync(mesh, async () => await CodeAsync(outside, url) == "403", "403 in clear");
        Assert.Equal("200", await CodeAsync(client, Service + "/"));
        // TLS of the mesh, and nobody in particular.
        var tls = await outside.TryAsync("timeout", "8", "bash", "-c",
            $"printf 'GET /tls HTTP/1.1\\r\\nHost: web\\r\\nConnection: close\\r\\n\\r\\n' | openssl s_client -connect {server.Address}:8080 -servername {server.Identity} -quiet");
        Assert.Contains("HTTP/1.1 200", tls.Output);

        mesh.Control.Policy.Inbound.Set("server:8080", InboundServers.Server(InboundServers.Detect(everything), InboundServers.Identities("one", client.Identity)));
        await WhenAsync(mesh, async () => await CodeAsync(client, Service + "/") == "200", "200 for the identity");
        mesh.Control.Policy.Inbound.Set("server:8080", InboundServers.Server(InboundServers.Detect(everything), InboundServers.Identities("one", "another.test")));
        await WhenAsync(mesh, async () => await CodeAsync(client, Service + "/") == "403", "403 for another identity");
    }

    [Fact]
    [Proves("6.5 policy")]
    public async Task Grpc_routes_authorize_and_fail_calls_by_method()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var (client, server) = await PairAsync(mesh);
        mesh.Own(await AppServer.StartAsync(server, 8080, HttpProtocols.Http2));
        var failure = new Api.Inbound.GrpcRoute.Types.Filter { FailureInjector = new() { Code = 14, Message = "away", Ratio = new() { Numerator = 1, Denominator = 1 } } };
        mesh.Control.Policy.Inbound.Set("server:8080", InboundServers.Server(
            InboundServers.Grpc(
                InboundServers.GrpcRoute("unary", Echo.Unary.ServiceName, Echo.Unary.Name, [InboundServers.Anyone("all")]),
                InboundServers.GrpcRoute("collect", Echo.Collect.ServiceName, Echo.Collect.Name),
                InboundServers.GrpcRoute("repeat", Echo.Repeat.ServiceName, Echo.Repeat.Name, [InboundServers.Anyone("all")], failure))));
        using var channel = GrpcChannel.ForAddress($"{Service}:80", new GrpcChannelOptions { HttpHandler = client.Namespace.HttpHandler() });
        await WhenAsync(mesh, async () => await StatusAsync(async () =>
        {
            using var chat = channel.AsyncDuplexStreamingCall(Echo.Chat, Echo.Bounded());
            await chat.RequestStream.CompleteAsync();
            await chat.ResponseStream.MoveNext(TestContext.Current.CancellationToken);
        }) == StatusCode.NotFound, "NOT_FOUND for a method without a route");

        using (var unary = channel.AsyncUnaryCall(Echo.Unary, Echo.Bounded(), Echo.Bytes("hello")))
            Assert.Equal("hello", Echo.Text(await unary));
        Assert.Equal(StatusCode.PermissionDenied, await StatusAsync(async () =>
        {
            using var collect = channel.AsyncClientStreamingCall(Echo.Collect, Echo.Bounded());
            await collect;
        }));
        Assert.Equal(StatusCode.Unavailable, await StatusAsync(async () =>
        {
            using var repeat = channel.AsyncServerStreamingCall(Echo.Repeat, Echo.Bounded(), Echo.Bytes("1"));
            await repeat.ResponseStream.MoveNext(TestContext.Current.CancellationToken);
        }));

        await server.Proxy!.WhenMetricsAsync(
            m => $"{m}".Contains("inbound_grpc_statuses_total{parent_group=\"policy.linkerd.io\",parent_kind=\"server\",parent_name=\"api\",parent_port=\"8080\",route_group=\"gateway.networking.k8s.io\",route_kind=\"GRPCRoute\",route_name=\"unary\",status=\"0\"} 1\n", StringComparison.Ordinal),
            "the call that passed");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [Proves("6.8 rate limit", "6.13 rate limit")]
    public async Task A_limit_of_100_a_second_is_held_within_5_percent(int workers)
    {
        await using var mesh = await MeshFixture.StartAsync();
        var server = await mesh.AddMeshedPodAsync("server", ("CORES", $"{workers}"));
        var outside = mesh.AddPod("outside");
        mesh.Own(await AppServer.StartAsync(server, 8080));
        mesh.Control.Policy.Inbound.Set("server:8080", InboundServers.Server(
            InboundServers.Http1(InboundServers.Limit(total: 100), InboundServers.Route("all", InboundServers.Prefix("/"))), InboundServers.Anyone("all")));
        Assert.Contains($"Using {workers} worker threads", server.Proxy!.Log);
        var limited = 0;
        await WhenAsync(mesh, async () =>
        {
            // The second's worth that may come at once is used up here.
            limited += await CodeAsync(outside, $"http://{server.Address}:8080/") == "429" ? 1 : 0;
            return limited > 0 || await BurstAsync(outside, server, 200) > 0;
        }, "the limit in force");

        var clock = Stopwatch.StartNew();
        var loads = Enumerable.Range(0, 8).Select(_ => LoadAsync(outside, server, clock, TimeSpan.FromSeconds(5))).ToArray();
        var results = await Task.WhenAll(loads);
        var seconds = results.Max(r => r.Ended).TotalSeconds;
        var allowed = results.Sum(r => r.Allowed);
        Assert.True(results.Sum(r => r.Refused) > allowed, "too little load to tell anything");
        Assert.InRange(allowed / seconds, 95, 105);

        await server.Proxy!.WhenMetricsAsync(
            m => m.Sum("inbound_http_local_ratelimit_total", $"{Srv},ratelimit_group=\"policy.linkerd.io\",ratelimit_kind=\"HTTPLocalRateLimitPolicy\",ratelimit_name=\"limit\",ratelimit_scope=\"total\"") >= results.Sum(r => r.Refused),
            "the refused requests");
    }

    [Fact]
    [Proves("6.13 rate limit")]
    public async Task Limits_by_identity_and_overrides_are_told_apart()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var (client, server) = await PairAsync(mesh);
        var other = await mesh.AddMeshedPodAsync("other");
        var outside = mesh.AddPod("outside");
        mesh.Own(await AppServer.StartAsync(server, 8080));
        // So slow that nothing comes back while the scenario runs, but for one.
        mesh.Control.Policy.Inbound.Set("server:8080", InboundServers.Server(
            InboundServers.Http1(InboundServers.Limit(identity: 1, overrides: (50_000, client.Identity)), InboundServers.Route("all", InboundServers.Prefix("/"))), InboundServers.Anyone("all")));
        await WhenAsync(mesh, async () => await CodesAsync(outside, $"http://{server.Address}:8080/", 30) is var codes && codes.Count(c => c == "429") > 20, "the limit for clients without identity");

        Assert.All(await CodesAsync(client, Service + "/", 50), c => Assert.Equal("200", c));
        var others = await CodesAsync(other, Service + "/", 50);
        Assert.Equal("200", others[0]);
        Assert.Contains("429", others);
        var metrics = await server.Proxy!.MetricsAsync();
        Assert.True(metrics.Sum("inbound_http_local_ratelimit_total", "ratelimit_scope=\"identity\"", $"client_id=\"{other.Identity}\"") >= 1, $"{metrics}");
        Assert.Equal(0, metrics.Sum("inbound_http_local_ratelimit_total", $"client_id=\"{client.Identity}\""));
    }

    [Fact]
    [Proves("6.13 live")]
    public async Task A_connection_that_a_later_policy_denies_is_ended()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var server = await mesh.AddMeshedPodAsync("server", ("INBOUND_PORTS", "9000"));
        var outside = mesh.AddPod("outside");
        mesh.Own(TcpServer.Start(server, 9000));
        mesh.Control.Policy.Inbound.Set("server:9000", InboundServers.Server(new ProxyProtocol { Opaque = new() }, InboundServers.Anyone("all")));
        // The first ones may still come under the default policy.
        await WhenAsync(
            mesh,
            async () => await EchoesAsync(outside, server) && (await server.Proxy!.MetricsAsync()).Sum("inbound_tcp_authz_allow_total", "srv_name=\"api\"", "authz_name=\"all\"") >= 1,
            "a connection that the Server's policy allows");

        using var held = await outside.Namespace.ConnectAsync(new IPEndPoint(server.Address, 9000), TestContext.Current.CancellationToken);
        await EchoAsync(held);
        mesh.Control.Policy.Inbound.Set("server:9000", InboundServers.Server(new ProxyProtocol { Opaque = new() }, InboundServers.Identities("one", "another.test")));
        await EndedAsync(held);
        var metrics = await server.Proxy!.WhenMetricsAsync(m => m.Sum("inbound_tcp_authz_terminate_total") >= 1, "the connection that was ended");
        Assert.Equal(1, metrics.Sum("inbound_tcp_authz_terminate_total", "srv_group=\"policy.linkerd.io\"", "srv_kind=\"server\"", "srv_name=\"api\"", "srv_port=\"9000\"", "tls=\"no_identity\""));
        Assert.False(await EchoesAsync(outside, server));
        await server.Proxy!.WhenMetricsAsync(m => m.Sum("inbound_tcp_authz_deny_total", "srv_name=\"api\"") >= 1, "the connection that was denied");
    }

    [Fact]
    [Proves("6.8 invalid policy", "6.13 malformed")]
    public async Task A_policy_that_makes_no_sense_fails_requests_and_closes_connections_until_a_better_one_comes()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var server = await mesh.AddMeshedPodAsync("server", ("INBOUND_PORTS", "8080,9000"));
        var outside = mesh.AddPod("outside");
        mesh.Own(await AppServer.StartAsync(server, 8080));
        mesh.Own(TcpServer.Start(server, 9000));
        var url = $"http://{server.Address}:8080/";
        // An authorization that says of nobody how to authenticate.
        var broken = InboundServers.Server(InboundServers.Detect(InboundServers.Route("all", InboundServers.Prefix("/"))), new Authz());
        mesh.Control.Policy.Inbound.Set("server:8080", broken);
        mesh.Control.Policy.Inbound.Set("server:9000", broken);
        await WhenAsync(mesh, async () => await CodeAsync(outside, url) == "500", "500");
        await WhenAsync(mesh, async () => !await EchoesAsync(outside, server), "closed connections");
        Assert.Contains("no permit is set", server.Proxy!.Log);

        mesh.Control.Policy.Inbound.Set("server:8080", Policies.AllUnauthenticated());
        mesh.Control.Policy.Inbound.Set("server:9000", Policies.AllUnauthenticated());
        await WhenAsync(mesh, async () => await CodeAsync(outside, url) == "200", "200");
        await WhenAsync(mesh, async () => await EchoesAsync(outside, server), "connections");
    }

    [Fact]
    public async Task Ports_that_require_an_identity_refuse_others_before_the_control_plane_has_answered()
    {
        await using var mesh = await MeshFixture.StartAsync();
        // The port is not known to the control plane: it never answers for it.
        mesh.Control.Policy.Failure = new Status(StatusCode.NotFound, "unknown server");
        var server = await mesh.AddMeshedPodAsync("server", ("INBOUND_PORTS_REQUIRE_IDENTITY", "8080"), ("INBOUND_PORTS_REQUIRE_TLS", "8081"));
        var client = await mesh.AddMeshedPodAsync("client");
        var outside = mesh.AddPod("outside");
        foreach (var port in (int[])[8080, 8081, 8082])
            mesh.Own(await AppServer.StartAsync(server, port));
        mesh.AddService("web", "10.96.0.10", 80, [MeshFixture.Endpoint(server, 8080)]);

        Assert.Equal("403", await CodeAsync(outside, $"http://{server.Address}:8080/"));
        Assert.Equal("403", await CodeAsync(outside, $"http://{server.Address}:8081/"));
        Assert.Equal("200", await CodeAsync(outside, $"http://{server.Address}:8082/"));
        Assert.Equal("200", await CodeAsync(client, Service + "/"));
        await server.Proxy!.WhenMetricsAsync(
            m => m.Sum("inbound_http_authz_deny_total", "srv_name=\"all-authenticated\"", "srv_port=\"8080\"") == 1
                && m.Sum("inbound_http_authz_deny_total", "srv_name=\"all-tls-unauthenticated\"", "srv_port=\"8081\"") == 1,
            "who was refused by what");
    }

    [Fact]
    public async Task Meshed_clients_of_the_admin_port_are_subject_to_its_policy()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var server = await mesh.AddMeshedPodAsync("server");
        var client = await mesh.AddMeshedPodAsync("client");
        mesh.AddService("admin", "10.96.0.20", 4191, [MeshFixture.Endpoint(server, 4191)]);
        const string Admin = "http://10.96.0.20:4191";
        mesh.Control.Policy.Inbound.Set("server:4191", InboundServers.Server(
            InboundServers.Detect(
                InboundServers.Route("metrics", InboundServers.Exact("/metrics"), [InboundServers.Identities("scrape", client.Identity)]),
                InboundServers.Route("rest", InboundServers.Prefix("/")))));
        await WhenAsync(mesh, async () => await CodeAsync(client, Admin + "/ready") == "403", "403 for a meshed client");
        Assert.Equal("200", await CodeAsync(client, Admin + "/metrics"));
        // Whom the network lets in without TLS is not asked: probes are.
        Assert.Equal("200", await server.RunAsync("curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "--max-time", "10", "http://127.0.0.1:4191/ready"));
        await server.Proxy!.WhenMetricsAsync(m => m.Sum("inbound_http_authz_deny_total", "srv_port=\"4191\"", "route_name=\"rest\"") >= 1, "the refusal");
    }

    [Fact]
    public async Task A_port_speaks_what_its_policy_says()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var server = await mesh.AddMeshedPodAsync("server", ("INBOUND_PORTS", "8080,9000,9443"));
        var outside = mesh.AddPod("outside");
        mesh.Own(await AppServer.StartAsync(server, 8080, HttpProtocols.Http2));
        mesh.Own(TcpServer.Start(server, 9000, "banner\n"));
        var everything = InboundServers.Route("all", InboundServers.Prefix("/"));

        // http2: the server is spoken to without looking at the first bytes.
        mesh.Control.Policy.Inbound.Set("server:8080", InboundServers.Server(new ProxyProtocol { Http2 = new() { Routes = { everything } } }, InboundServers.Anyone("all")));
        await WhenAsync(mesh, async () =>
            await CodeAsync(outside, $"http://{server.Address}:8080/", "--http2-prior-knowledge") == "200"
            && (await server.Proxy!.MetricsAsync()).Sum("inbound_http_requests_total", "parent_name=\"api\"") >= 1, "HTTP/2 under the Server's policy");

        // detect: a client that waits for the server to speak is let through when the policy's time has passed, not the default one of 10 s.
        var detect = InboundServers.Detect(everything);
        detect.Detect.Timeout = Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(TimeSpan.FromMilliseconds(200));
        mesh.Control.Policy.Inbound.Set("server:9000", InboundServers.Server(detect, InboundServers.Anyone("all")));
        await WhenAsync(mesh, async () => (await outside.TryAsync("timeout", "12", "bash", "-c",
            $"sleep 3 | openssl s_client -connect {server.Address}:9000 -servername {server.Identity} -quiet 2>/dev/null")).Output.Contains("banner", StringComparison.Ordinal), "the banner before the default time");

        // tls: the application's own TLS, even for the name that the proxy answers to elsewhere.
        var folder = Directory.CreateTempSubdirectory("l5dfn-app-");
        try
        {
            var pem = Path.Combine(folder.FullName, "app.pem");
            await outside.RunAsync("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", pem + ".key", "-out", pem, "-days", "1", "-subj", "/CN=the-application");
            mesh.Own(Daemon.Start(server, "openssl", "s_server", "-accept", "9443", "-cert", pem, "-key", pem + ".key", "-quiet"));
            mesh.Control.Policy.Inbound.Set("server:9443", InboundServers.Server(new ProxyProtocol { Tls = new() }, InboundServers.Anyone("all")));
            await WhenAsync(mesh, async () => (await outside.TryAsync("timeout", "8", "bash", "-c",
                $"echo | openssl s_client -connect {server.Address}:9443 -servername {server.Identity} 2>&1")).Output.Contains("the-application", StringComparison.Ordinal), "the application's certificate");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    [Proves("6.13 audit")]
    public async Task Audit_logs_what_it_lets_through()
    {
        await using var mesh = await MeshFixture.StartAsync();
        // Before the proxy asks: there is one request, which another policy must not let through first.
        mesh.Control.Policy.Inbound.Set("server:8080", Policies.Audit());
        mesh.Control.Policy.Inbound.Set("server:9000", Policies.Audit());
        var server = await mesh.AddMeshedPodAsync("server", ("INBOUND_PORTS", "8080,9000"), ("LOG", "warn,linkerd=info"), ("INBOUND_DEFAULT_POLICY", "audit"));
        var outside = mesh.AddPod("outside");
        mesh.Own(await AppServer.StartAsync(server, 8080));
        mesh.Own(TcpServer.Start(server, 9000));
        Assert.Equal("200", await CodeAsync(outside, $"http://{server.Address}:8080/"));
        Assert.True(await EchoesAsync(outside, server));
        await WhenAsync(mesh, () => Task.FromResult(
            server.Proxy!.Log.Contains("Request allowed server.group= server.kind=default server.name=audit", StringComparison.Ordinal)
            && server.Proxy!.Log.Contains("Connection allowed server.group= server.kind=default server.name=audit", StringComparison.Ordinal)), "both in the log");
    }

    [Fact]
    [Proves("6.13 watches")]
    public async Task The_policy_of_a_port_that_was_not_named_is_asked_for_when_it_is_used()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var server = await mesh.AddMeshedPodAsync("server", ("INBOUND_DISCOVERY_IDLE_TIMEOUT", "200ms"));
        var outside = mesh.AddPod("outside");
        mesh.Own(await AppServer.StartAsync(server, 8090));
        mesh.Control.Policy.Inbound.Set("server:8090", Policies.Deny());
        var url = $"http://{server.Address}:8090/";
        await WhenAsync(mesh, async () => await CodeAsync(outside, url) == "403", "the policy of the port");
        // Unused for a while, its stream ends; used again, it is asked for again and tells the newest state.
        await WhenAsync(mesh, () => Task.FromResult(mesh.Control.Policy.Watching("server:8090") == 0), "the end of the stream");
        Assert.Equal(1, mesh.Control.Policy.Watching("server:8080"));
        Assert.Equal(1, mesh.Control.Policy.Watching("server:4191"));
        mesh.Control.Policy.Inbound.Set("server:8090", Policies.AllUnauthenticated());
        Assert.Equal("200", await CodeAsync(outside, url));
    }

    private static async Task<(Pod Client, Pod Server)> PairAsync(MeshFixture mesh)
    {
        var server = await mesh.AddMeshedPodAsync("server");
        var client = await mesh.AddMeshedPodAsync("client");
        mesh.AddService("web", "10.96.0.10", 80, [MeshFixture.Endpoint(server, 8080)]);
        return (client, server);
    }

    private static Task<string> CodeAsync(Pod pod, string url, params string[] arguments)
        => pod.RunAsync(["curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "--max-time", "10", .. arguments, url]);

    private static async Task<string[]> CodesAsync(Pod pod, string url, int count)
        => (await pod.RunAsync("curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}\n", "--max-time", "10", $"{url}?n=[1-{count}]")).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static async Task<int> BurstAsync(Pod pod, Pod server, int count)
        => (await CodesAsync(pod, $"http://{server.Address}:8080/", count)).Count(c => c == "429");

    private static async Task<(int Allowed, int Refused, TimeSpan Ended)> LoadAsync(Pod pod, Pod server, Stopwatch clock, TimeSpan duration)
    {
        using var http = new HttpClient(pod.Namespace.HttpHandler()) { BaseAddress = new Uri($"http://{server.Address}:8080/") };
        var allowed = 0;
        var refused = 0;
        while (clock.Elapsed < duration)
        {
            using var response = await http.GetAsync("", TestContext.Current.CancellationToken);
            if (response.StatusCode == HttpStatusCode.OK)
                allowed++;
            else if (response.StatusCode == HttpStatusCode.TooManyRequests)
                refused++;
            else
                Assert.Fail($"HTTP {(int)response.StatusCode}");
        }

        return (allowed, refused, clock.Elapsed);
    }

    private static async Task<StatusCode> StatusAsync(Func<Task> call)
    {
        try
        {
            await call();
            return StatusCode.OK;
        }
        catch (RpcException exception)
        {
            return exception.StatusCode;
        }
    }

    private static async Task EchoAsync(Socket socket)
    {
        await socket.SendAsync("hello"u8.ToArray(), TestContext.Current.CancellationToken);
        var buffer = new byte[5];
        var read = await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken);
        Assert.Equal("hello", Encoding.ASCII.GetString(buffer, 0, read));
    }

    private static async Task<bool> EchoesAsync(Pod pod, Pod server)
    {
        try
        {
            using var socket = await pod.Namespace.ConnectAsync(new IPEndPoint(server.Address, 9000), TestContext.Current.CancellationToken);
            // Long enough that it is seen at once not to be HTTP.
            await socket.SendAsync("hello, I am not HTTP\n"u8.ToArray(), TestContext.Current.CancellationToken);
            return await socket.ReceiveAsync(new byte[5], TestContext.Current.CancellationToken) > 0;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static async Task EndedAsync(Socket socket)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        try
        {
            Assert.Equal(0, await socket.ReceiveAsync(new byte[1], deadline.Token));
        }
        catch (SocketException)
        {
            // Reset: ended as well.
        }
    }

    private static async Task WhenAsync(MeshFixture mesh, Func<Task<bool>> condition, string what)
    {
        var from = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(from) > TimeSpan.FromSeconds(15))
                Assert.Fail($"never saw {what}\n{mesh.Logs()}");
            await Task.Delay(20);
        }
    }
}
