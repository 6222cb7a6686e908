using Linkerd.Grpc;
using Linkerd.Proxy.FunctionalTests.Kit;
using Linkerd.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Linkerd.Proxy.FunctionalTests;

/// <summary>Promises of the proxy's contract that no scenario of their own shows.</summary>
public sealed class ContractTests
{
    private const string Url = "http://10.96.0.10/";

    /// <summary>Reads the SETTINGS of an HTTP/2 server: an independent reader, four lines of Python.</summary>
    private const string ReadSettings = """
        import socket, struct, sys
        s = socket.create_connection((sys.argv[1], 8080), 5)
        s.sendall(b'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n' + struct.pack('>I', 0)[1:] + bytes([4, 0]) + struct.pack('>I', 0))
        f = s.makefile('rb'); h = f.read(9); body = f.read(int.from_bytes(h[:3], 'big'))
        assert h[3] == 4
        print(' '.join('%d=%d' % struct.unpack('>HI', body[i:i + 6]) for i in range(0, len(body), 6)))
        """;

    /// <summary>Holds a connection open until its input ends.</summary>
    private const string Hold = """
        import socket, sys
        s = socket.create_connection((sys.argv[1], 8080), 5)
        s.sendall(b'GET / HTTP/1.1\r\nhost: web\r\n\r\n')
        s.recv(65536)
        sys.stdin.read()
        """;

    private static async Task<(MeshFixture Mesh, Pod Client, Pod Server)> StartAsync(
        (string Name, string Value)[]? client = null, (string Name, string Value)[]? server = null, HttpProtocols protocols = HttpProtocols.Http1, RequestDelegate? answer = null, bool listening = true)
    {
        var mesh = await MeshFixture.StartAsync();
        var serving = await mesh.AddMeshedPodAsync("server", server ?? []);
        var calling = await mesh.AddMeshedPodAsync("client", client ?? []);
        if (listening)
            mesh.Own(await AppServer.StartAsync(serving, 8080, protocols, answer: answer));
        mesh.AddService("web", "10.96.0.10", 80, [MeshFixture.Endpoint(serving, 8080)]);
        return (mesh, calling, serving);
    }

    private static Task<(int Code, string Output)> CurlAsync(Pod pod, params string[] arguments) => pod.TryAsync(["curl", "-sS", "-i", "--max-time", "10", .. arguments]);

    [Fact]
    [Proves("6.2 DESTINATION_CONTEXT", "6.2 POLICY_WORKLOAD", "6.7 l5d-dst-canonical", "6.12 http", "6.9 policy not found")]
    public async Task The_control_plane_hears_who_asks_and_the_server_what_was_asked_for()
    {
        var (mesh, client, server) = await StartAsync();
        await using var owned = mesh;
        var (code, answer) = await CurlAsync(client, Url);
        Assert.True(code == 0, answer + mesh.Logs());
        Assert.Contains("l5d-dst-canonical: web.test.svc.cluster.local:80", answer);
        Assert.Contains("""{"ns":"test","nodeName":"node","pod":"client"}""", mesh.Control.Destination.ContextTokens);
        Assert.Equal(1, mesh.Control.Policy.Watching("server:8080"));
        await CurlAsync(client, Url + "?status=500");
        await client.Proxy!.WhenMetricsAsync(m => m.Sum("response_total", "direction=\"outbound\"", "status_code=\"500\"", "classification=\"failure\"") == 1, "a status of 500 as a failure");
        // No policy knows this address: the connection goes where it was sent to.
        (code, answer) = await CurlAsync(client, $"http://{server.Address}:8080/");
        Assert.True(code == 0 && answer.StartsWith("HTTP/1.1 200", StringComparison.Ordinal), answer + mesh.Logs());
    }

    [Fact]
    [Proves("6.9 unimplemented")]
    public async Task A_control_plane_without_the_policy_API_is_lived_with()
    {
        var (mesh, client, _) = await StartAsync();
        await using var owned = mesh;
        mesh.Control.Policy.OutboundFailure = new Status(StatusCode.Unimplemented, "no such service");
        var (code, answer) = await CurlAsync(client, Url);
        Assert.True(code == 0 && answer.StartsWith("HTTP/1.1 200", StringComparison.Ordinal), answer + mesh.Logs());
        Assert.Contains("Unimplemented: no such service: not asked for again", client.Proxy!.Log);
    }

    [Theory]
    [InlineData("-tls1_2", null)]
    [InlineData("-groups X25519", "Server Temp Key: X25519")]
    [InlineData("-groups P-256", "Server Temp Key: ECDH, prime256v1")]
    [InlineData("-groups P-384", "Server Temp Key: ECDH, secp384r1")]
    [InlineData("-ciphersuites TLS_AES_256_GCM_SHA384", "TLS_AES_256_GCM_SHA384")]
    [InlineData("-ciphersuites TLS_CHACHA20_POLY1305_SHA256", "TLS_CHACHA20_POLY1305_SHA256")]
    [Proves("6.3 groups", "6.3 TLS 1.3", "6.3 no resumption")]
    public async Task TLS_is_1_3_with_the_groups_and_suites_of_the_contract_and_without_tickets(string options, string? expected)
    {
        await using var mesh = await MeshFixture.StartAsync();
        var server = await mesh.AddMeshedPodAsync("server");
        var outside = mesh.AddPod("outside");
        mesh.Own(await AppServer.StartAsync(server, 8080));
        // The answer comes after anything that the server would send of its own, such as a ticket.
        var script = $"printf 'GET / HTTP/1.1\\r\\nHost: web\\r\\nConnection: close\\r\\n\\r\\n' | timeout 8 openssl s_client -connect {server.Address}:8080 -servername {server.Identity} -ign_eof {options}";
        var (_, output) = await outside.TryAsync("bash", "-c", script);
        if (expected is null)
        {
            Assert.DoesNotContain("HTTP/1.1 200", output);
            return;
        }

        Assert.Contains("HTTP/1.1 200", output);
        Assert.Contains(expected, output);
        Assert.Contains("TLSv1.3", output);
        Assert.DoesNotContain("New Session Ticket arrived", output);
    }

    [Fact]
    [Proves("6.2 HTTP2")]
    public async Task HTTP2_servers_have_the_settings_of_their_environment()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var server = await mesh.AddMeshedPodAsync(
            "server",
            ("INBOUND_SERVER_HTTP2_MAX_CONCURRENT_STREAMS", "77"),
            ("INBOUND_SERVER_HTTP2_INITIAL_STREAM_WINDOW_SIZE", "70000"),
            ("INBOUND_SERVER_HTTP2_MAX_FRAME_SIZE", "20000"));
        var outside = mesh.AddPod("outside");
        var settings = (await outside.RunAsync("python3", "-c", ReadSettings, server.Address.ToString())).Trim().Split(' ');
        Assert.Contains("3=77", settings);
        Assert.Contains("4=70000", settings);
        Assert.Contains("5=20000", settings);
    }

    [Fact]
    [Proves("6.2 TCP_OPTIONS")]
    public async Task Sockets_have_the_keepalive_and_backlog_of_the_environment()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var server = await mesh.AddMeshedPodAsync("server", ("INBOUND_ACCEPT_KEEPALIVE", "10s"), ("INBOUND_TCP_LISTEN_BACKLOG", "77"));
        var outside = mesh.AddPod("outside");
        mesh.Own(await AppServer.StartAsync(server, 8080));
        Assert.Matches("LISTEN +0 +77 ", await server.RunAsync("ss", "-ltn", "sport = :4143"));
        await using var held = Daemon.Start(outside, "python3", "-c", Hold, server.Address.ToString());
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        string sockets;
        do
        {
            sockets = await server.RunAsync("ss", "-tno", "state", "established", "sport = :4143");
            Assert.False(deadline.IsCancellationRequested, "no keep-alive timer:\n" + sockets);
        }
        while (!sockets.Contains("timer:(keepalive,", StringComparison.Ordinal));
    }

    [Fact]
    [Proves("6.2 DISABLE_INFORMATIONAL_HEADERS", "6.7 informational", "6.7 l5d-proxy-connection", "6.8 connection close")]
    public async Task Who_may_hear_of_errors_hears_and_the_connection_ends()
    {
        var (mesh, client, server) = await StartAsync(listening: false);
        await using var owned = mesh;
        var (_, answer) = await CurlAsync(client, Url);
        Assert.StartsWith("HTTP/1.1 502", answer, StringComparison.Ordinal);
        Assert.Contains("l5d-proxy-error: ", answer);
        Assert.Contains("connection: close", answer.ToLowerInvariant());
        // The proxies agree on this between themselves.
        Assert.DoesNotContain("l5d-proxy-connection", answer);

        var silent = await mesh.AddMeshedPodAsync("silent", ("OUTBOUND_DISABLE_INFORMATIONAL_HEADERS", "true"));
        (_, answer) = await CurlAsync(silent, Url);
        Assert.StartsWith("HTTP/1.1 502", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("l5d-", answer);

        var outside = mesh.AddPod("outside");
        (_, answer) = await CurlAsync(outside, $"http://{server.Address}:8080/");
        Assert.StartsWith("HTTP/1.1 502", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("l5d-", answer);
    }

    [Fact]
    [Proves("6.8 h2 error")]
    public async Task A_stream_that_is_reset_is_reset_with_its_reason()
    {
        var (mesh, client, _) = await StartAsync(protocols: HttpProtocols.Http2, answer: context =>
        {
            context.Features.Get<IHttpResetFeature>()!.Reset(11);
            return Task.CompletedTask;
        });
        await using var owned = mesh;
        var (code, answer) = await CurlAsync(client, "--http2-prior-knowledge", Url);
        Assert.Equal(92, code);
        Assert.Contains("ENHANCE_YOUR_CALM", answer);
    }

    [Fact]
    [Proves("6.2 CONTROL_STREAM")]
    public async Task Control_plane_streams_are_renewed_when_their_lifetime_is_over()
    {
        var (mesh, client, _) = await StartAsync(client: [("CONTROL_STREAM_LIFETIME", "500ms")]);
        await using var owned = mesh;
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(15));
        while (mesh.Control.Destination.ContextTokens.Count(t => t.Contains("\"client\"", StringComparison.Ordinal)) < 3)
        {
            Assert.False(deadline.IsCancellationRequested, "the streams were not opened again\n" + mesh.Logs());
            var (code, answer) = await CurlAsync(client, Url);
            Assert.True(code == 0, answer);
        }
    }

    [Fact]
    [Proves("6.2 HOSTNAME_LABELS")]
    public async Task The_host_is_a_label_of_routes_when_it_is_asked_for()
    {
        var (mesh, client, _) = await StartAsync(client: [("OUTBOUND_METRICS_HOSTNAME_LABELS", "true")]);
        await using var owned = mesh;
        await CurlAsync(client, "-H", "host: web.example", Url);
        await client.Proxy!.WhenMetricsAsync(m => m.Sum("outbound_http_route_request_statuses_total", "hostname=\"web.example\"") == 1, "the host as a label");
    }

    [Fact]
    [Proves("6.13 ended")]
    public async Task A_watch_that_the_control_plane_calls_senseless_is_not_begun_again()
    {
        await using var mesh = await MeshFixture.StartAsync();
        mesh.Control.Policy.Failures["server:8080"] = new Status(StatusCode.InvalidArgument, "no such workload");
        mesh.Control.Policy.Failures["server:8081"] = new Status(StatusCode.Unavailable, "later");
        await mesh.AddMeshedPodAsync("server", ("INBOUND_PORTS", "8080,8081"));
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(15));
        while (mesh.Control.Policy.Asked.GetValueOrDefault("server:8081") < 4)
        {
            Assert.False(deadline.IsCancellationRequested, "the other watch was not begun again");
            await Task.Delay(10, CancellationToken.None);
        }

        Assert.Equal(1, mesh.Control.Policy.Asked["server:8080"]);
    }

    [Fact]
    [Proves("6.3 refused", "6.3 not ready")]
    public async Task An_expired_certificate_is_refused_and_asked_for_again()
    {
        await using var mesh = await MeshFixture.StartAsync();
        mesh.Control.Identity.Lifetime = TimeSpan.FromSeconds(-10);
        var starting = mesh.AddMeshedPodAsync("server");
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(15));
        while (mesh.Control.Identity.Signed.Values.Sum() < 2)
        {
            Assert.False(deadline.IsCancellationRequested, "no second request");
            await Task.Delay(10, CancellationToken.None);
        }

        Assert.False(starting.IsCompleted, "ready with an expired certificate");
        mesh.Control.Identity.Lifetime = TimeSpan.FromDays(1);
        Assert.NotNull((await starting).Proxy);
    }

    [Fact]
    [Proves("6.11 last attempt")]
    public async Task The_last_attempt_has_no_time_limit_of_its_own()
    {
        var (mesh, client, _) = await StartAsync(answer: async context =>
        {
            // Longer than an attempt may take.
            await Task.Delay(TimeSpan.FromMilliseconds(600), context.RequestAborted);
            await context.Response.WriteAsync("late");
        });
        await using var owned = mesh;
        mesh.Control.Policy.Outbound.Set("10.96.0.10:80", OutboundPolicies.Http("web", 80, null, OutboundPolicies.Route("slow", "/", "web", 80, rule =>
        {
            rule.Retry = OutboundPolicies.Retry(1, (500, 599));
            rule.Retry.Timeout = OutboundPolicies.Milliseconds(200);
        })));
        var (code, answer) = await CurlAsync(client, Url);
        Assert.True(code == 0 && answer.EndsWith("late", StringComparison.Ordinal), answer + mesh.Logs());
        // Counted by the proxy: where connections take long, the first attempt is given up before the application hears of it.
        await client.Proxy!.WhenMetricsAsync(m => m.Sum("outbound_http_route_retry_requests_total") == 1, "one retry");
    }
}
