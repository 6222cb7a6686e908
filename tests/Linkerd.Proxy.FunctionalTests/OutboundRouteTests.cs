using System.Net;
using Linkerd.Api.HttpRoute;
using Linkerd.Api.HttpTypes;
using Linkerd.Api.Outbound;
using Linkerd.Proxy.FunctionalTests.Kit;
using Linkerd.Testing;
using Microsoft.AspNetCore.Http;
using HttpMethod = System.Net.Http.HttpMethod;
using Ratio = Linkerd.Api.HttpRoute.Ratio;

namespace Linkerd.Proxy.FunctionalTests;

/// <summary>What outbound policy does to requests, with one worker and with two.</summary>
public sealed class OutboundRouteTests
{
    private const string Address = "10.96.0.20";
    private const string Url = $"http://{Address}/";

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [Proves("6.9 backends", "6.14 outbound route")]
    public async Task A_90_to_10_split_is_kept_within_one_percent(int workers)
    {
        // Exact by construction: each worker is off by less than two requests, whatever the chances.
        await using var mesh = await MeshFixture.StartAsync();
        var (stable, canary, client) = (mesh.AddPod("stable"), mesh.AddPod("canary"), await ClientAsync(mesh, workers));
        mesh.Own(await AppServer.StartAsync(stable, 8080));
        mesh.Own(await AppServer.StartAsync(canary, 8080));
        mesh.AddService("stable", "10.96.0.21", 80, [MeshFixture.Endpoint(stable, 8080)]);
        mesh.AddService("canary", "10.96.0.22", 80, [MeshFixture.Endpoint(canary, 8080)]);
        Serve(mesh, null, OutboundPolicies.Route("split", "/", "stable", 80, r => r.Backends = OutboundPolicies.Split(("stable", 80, 90), ("canary", 80, 10))));

        var answers = await Load.RunAsync(client, Url, 2_000);
        Assert.Equal(2_000, answers.With(HttpStatusCode.OK));
        Assert.InRange(answers.By("canary"), 200 - (2 * workers), 200 + (2 * workers));
        await client.Proxy!.WhenMetricsAsync(
            m => m.Sum("outbound_http_route_backend_requests_total", "route_name=\"split\"", "backend_name=\"canary\"") == answers.By("canary")
                && m.Sum("outbound_http_route_request_statuses_total", "parent_name=\"web\"", "route_kind=\"HTTPRoute\"", "route_name=\"split\"", "http_status=\"200\"", "error=\"\"") == 2_000,
            "the split");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [Proves("6.8 http failure")]
    public async Task Faults_are_injected_into_30_percent(int workers)
    {
        await using var mesh = await MeshFixture.StartAsync();
        var (server, client) = await PairAsync(mesh, workers);
        mesh.Own(await AppServer.StartAsync(server, 8080));
        Serve(mesh, null, OutboundPolicies.Route("faults", "/", "web", 80, r => r.Filters.Add(new HttpRoute.Types.Filter
        {
            FailureInjector = new HttpFailureInjector { Status = 418, Message = "chaos", Ratio = new Ratio { Numerator = 3, Denominator = 10 } },
        })));

        var answers = await Load.RunAsync(client, Url, 1_000);
        Assert.InRange(answers.With((HttpStatusCode)418), 300 - (2 * workers), 300 + (2 * workers));
        Assert.Equal(1_000 - answers.With((HttpStatusCode)418), answers.With(HttpStatusCode.OK));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [Proves("6.11 policy retries", "6.14 retry")]
    public async Task Retries_lift_a_route_that_fails_half_of_the_time(int workers)
    {
        await using var mesh = await MeshFixture.StartAsync();
        var (server, client) = await PairAsync(mesh, workers);
        int seen = 0;
        // Each failure is random: after seven retries one request in 256 is left failing.
        mesh.Own(await AppServer.StartAsync(server, 8080, answer: async context =>
        {
            Interlocked.Increment(ref seen);
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            context.Response.StatusCode = Random.Shared.Next(2) == 0 ? 503 : 200;
            context.Response.Headers["served-by"] = body.Length.ToString();
            await context.Response.WriteAsync(new string('x', 500));
        }));
        Serve(mesh, null, OutboundPolicies.Route("flaky", "/", "web", 80, r =>
        {
            r.Retry = OutboundPolicies.Retry(9, (500, 599));
            r.Retry.Backoff = new ExponentialBackoff { MinBackoff = OutboundPolicies.Milliseconds(1), MaxBackoff = OutboundPolicies.Milliseconds(5), JitterRatio = 1 };
        }));

        var answers = await Load.RunAsync(client, Url, 1_000, 16, () => new HttpRequestMessage(HttpMethod.Post, Url) { Content = new ByteArrayContent(new byte[20_000]) });
        Assert.True(answers.With(HttpStatusCode.OK) > 990, $"{answers}\n{mesh.Logs()}");
        Assert.Equal(1_000, answers.By("20000"));
        await client.Proxy!.WhenMetricsAsync(
            m => m.Sum("outbound_http_route_retry_requests_total", "route_name=\"flaky\"") == Volatile.Read(ref seen) - 1_000
                && m.Sum("outbound_http_route_retry_successes_total", "route_name=\"flaky\"") is > 400 and < 600
                && m.Sum("outbound_http_route_backend_response_statuses_total", "route_name=\"flaky\"", "http_status=\"503\"") + answers.With(HttpStatusCode.OK) == Volatile.Read(ref seen),
            "the retries");
    }

    [Fact]
    [Proves("6.11 overflow", "6.14 retry")]
    public async Task A_body_too_large_to_keep_is_not_sent_again()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var (server, client) = await PairAsync(mesh, 1);
        mesh.Own(await AppServer.StartAsync(server, 8080, answer: async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            context.Response.StatusCode = 503;
        }));
        Serve(mesh, null, OutboundPolicies.Route("flaky", "/", "web", 80, r => r.Retry = OutboundPolicies.Retry(3, (500, 599))));

        foreach (var chunked in new[] { false, true })
        {
            var answers = await Load.RunAsync(client, Url, 1, 1, () =>
            {
                var message = new HttpRequestMessage(HttpMethod.Post, Url) { Content = new ByteArrayContent(new byte[100_000]) };
                message.Headers.TransferEncodingChunked = chunked;
                return message;
            });
            Assert.Equal(1, answers.With(HttpStatusCode.ServiceUnavailable));
        }

        await client.Proxy!.WhenMetricsAsync(
            m => m.Sum("outbound_http_route_retry_overflow_total", "route_name=\"flaky\"") == 2 && m.Sum("outbound_http_route_retry_requests_total", "route_name=\"flaky\"") == 0,
            "two overflows");
        Assert.Equal(1, (await Load.RunAsync(client, Url, 1, 1)).With(HttpStatusCode.ServiceUnavailable));
        await client.Proxy.WhenMetricsAsync(
            m => m.Sum("outbound_http_route_retry_limit_exceeded_total", "route_name=\"flaky\"") == 1 && m.Sum("outbound_http_route_retry_requests_total", "route_name=\"flaky\"") == 3,
            "three retries and their limit");
    }

    [Fact]
    [Proves("6.8 timeout", "6.11 timeouts")]
    public async Task Timeouts_cut_a_slow_route()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var (server, client) = await PairAsync(mesh, 1);
        int seen = 0;
        mesh.Own(await AppServer.StartAsync(server, 8080, answer: async context =>
        {
            bool isSlow = context.Request.Path != "/warm" && (context.Request.Path != "/retry" || Interlocked.Increment(ref seen) == 1);
            if (context.Request.Path == "/idle")
            {
                await context.Response.WriteAsync("begun");
                await context.Response.Body.FlushAsync();
            }

            if (isSlow) await Task.Delay(Timeout.Infinite, context.RequestAborted);
            await context.Response.WriteAsync("done");
        }));
        HttpRoute Timed(string name, Action<Timeouts> set) => OutboundPolicies.Route(name, "/" + name, "web", 80, r => set(r.Timeouts = new Timeouts()));
        Serve(mesh, null,
            Timed("request", t => t.Request = OutboundPolicies.Milliseconds(200)),
            Timed("response", t => t.Response = OutboundPolicies.Milliseconds(200)),
            Timed("idle", t => t.Idle = OutboundPolicies.Milliseconds(200)),
            OutboundPolicies.Route("warm", "/warm", "web", 80),
            OutboundPolicies.Route("retry", "/retry", "web", 80, r =>
            {
                r.Retry = OutboundPolicies.Retry(1, (500, 599));
                r.Retry.Timeout = OutboundPolicies.Milliseconds(500);
            }));

        // A server that is only starting would be overtaken by the second attempt.
        Assert.Equal("done", await client.RunAsync("curl", "-sS", "--max-time", "10", Url + "warm"));
        // The second attempt has no limit of its own, and is answered.
        var retried = await client.TryAsync("curl", "-sS", "--max-time", "10", Url + "retry");
        Assert.True(retried is (0, "done"), retried.Output + mesh.Logs());
        Assert.Equal(1, (await Load.RunAsync(client, Url + "request", 1, 1)).With(HttpStatusCode.GatewayTimeout));
        Assert.Equal(1, (await Load.RunAsync(client, Url + "response", 1, 1)).With(HttpStatusCode.GatewayTimeout));
        var (code, output) = await client.TryAsync("curl", "-sS", "--max-time", "10", Url + "idle");
        Assert.True(code is 18 or 56, $"{code}: {output}\n{mesh.Logs()}");
        Assert.Contains("begun", output);
        await client.Proxy!.WhenMetricsAsync(
            m => m.Sum("outbound_http_route_request_statuses_total", "route_name=\"request\"", "error=\"REQUEST_TIMEOUT\"") == 1
                && m.Sum("outbound_http_route_request_statuses_total", "route_name=\"response\"", "error=\"RESPONSE_STREAM_TIMEOUT\"") == 1
                && m.Sum("outbound_http_route_request_statuses_total", "route_name=\"idle\"", "error=\"IDLE_TIMEOUT\"") == 1
                && m.Sum("outbound_http_route_backend_response_statuses_total", "route_name=\"retry\"", "error=\"RESPONSE_HEADERS_TIMEOUT\"") == 1,
            "each timeout by its name");
    }

    [Fact]
    [Proves("6.8 redirect")]
    public async Task Headers_are_modified_redirects_answered_and_backends_filtered()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var (server, client) = await PairAsync(mesh, 1);
        mesh.Own(await AppServer.StartAsync(server, 8080));
        Serve(mesh, null,
            OutboundPolicies.Route("edit", "/edit", "web", 80, r =>
            {
                r.Filters.Add(new HttpRoute.Types.Filter { RequestHeaderModifier = new() { Add = Headers("x-added", "1"), Set = Headers("x-set", "new"), Remove = { "x-removed" } } });
                r.Filters.Add(new HttpRoute.Types.Filter { ResponseHeaderModifier = new() { Add = Headers("x-answer", "yes"), Remove = { "served-by" } } });
                r.Backends.FirstAvailable.Backends[0].Filters.Add(new HttpRoute.Types.Filter { RequestHeaderModifier = new() { Set = Headers("x-backend", "web") } });
            }),
            OutboundPolicies.Route("moved", "/old", "web", 80, r => r.Filters.Add(new HttpRoute.Types.Filter
            {
                Redirect = new RequestRedirect { Host = "new.example", Path = new PathModifier { Prefix = "/new" }, Status = 302 },
            })),
            OutboundPolicies.Route("gone", "/gone", "web", 80, r => r.Backends.FirstAvailable.Backends[0].Filters.Add(new HttpRoute.Types.Filter
            {
                FailureInjector = new HttpFailureInjector { Status = 500, Message = "Service not found web" },
            })));

        var answer = await client.RunAsync("curl", "-sS", "-i", "--max-time", "10", "-H", "x-set: old", "-H", "x-removed: 1", "-H", "l5d-retry-limit: 3", Url + "edit");
        Assert.Contains("x-added: 1\n", answer);
        Assert.Contains("x-set: new\n", answer);
        Assert.Contains("x-backend: web\n", answer);
        Assert.Contains("x-answer: yes\r\n", answer);
        Assert.DoesNotContain("x-set: old", answer);
        Assert.DoesNotContain("x-removed", answer);
        Assert.DoesNotContain("served-by", answer);
        Assert.DoesNotContain("l5d-retry-limit", answer);
        answer = await client.RunAsync("curl", "-sS", "-i", "--max-time", "10", Url + "old/page?q=1");
        Assert.StartsWith("HTTP/1.1 302", answer, StringComparison.Ordinal);
        Assert.Contains("location: http://new.example/new/page?q=1\r\n", answer);
        answer = await client.RunAsync("curl", "-sS", "-i", "--max-time", "10", Url + "gone");
        Assert.StartsWith("HTTP/1.1 500", answer, StringComparison.Ordinal);
        Assert.Contains("Service not found web", answer);
        Assert.StartsWith("HTTP/1.1 404", await client.RunAsync("curl", "-sS", "-i", "--max-time", "10", Url + "nowhere"), StringComparison.Ordinal);
    }

    [Fact]
    [Proves("6.7 l5d-retry")]
    public async Task Request_headers_override_where_the_route_allows_them()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var (server, client) = await PairAsync(mesh, 1);
        int seen = 0;
        mesh.Own(await AppServer.StartAsync(server, 8080, answer: async context =>
        {
            if (context.Request.Path.Value!.EndsWith("slow", StringComparison.Ordinal)) await Task.Delay(Timeout.Infinite, context.RequestAborted);
            context.Response.StatusCode = Interlocked.Increment(ref seen) % 3 == 0 ? 200 : 503;
        }));
        Serve(mesh, null,
            OutboundPolicies.Route("open", "/open", "web", 80, r => r.AllowL5DRequestHeaders = true),
            OutboundPolicies.Route("closed", "/closed", "web", 80));

        string[] curl = ["curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "--max-time", "10", "-H", "l5d-retry-http: 5xx", "-H", "l5d-retry-limit: 2"];
        Assert.Equal("200", await client.RunAsync([.. curl, Url + "open"]));
        Assert.Equal(3, seen);
        Assert.Equal("503", await client.RunAsync([.. curl, Url + "closed"]));
        Assert.Equal(4, seen);
        Assert.Equal("504", await client.RunAsync([.. curl, "-H", "l5d-timeout: 300ms", Url + "open/slow"]));
    }

    [Fact]
    [Proves("6.11 retry after")]
    public async Task A_server_that_says_when_to_try_again_is_left_alone_until_then()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var (server, client) = await PairAsync(mesh, 1);
        var seen = new System.Collections.Concurrent.ConcurrentQueue<(string Path, long At)>();
        mesh.Own(await AppServer.StartAsync(server, 8080, answer: context =>
        {
            var path = context.Request.Path.Value!;
            var isFirst = seen.All(s => s.Path != path);
            seen.Enqueue((path, System.Diagnostics.Stopwatch.GetTimestamp()));
            if (!isFirst)
                return context.Response.WriteAsync("at last");
            context.Response.StatusCode = 503;
            context.Response.Headers.RetryAfter = path == "/later" ? "1" : "60";
            return context.Response.WriteAsync("not now");
        }));
        Serve(mesh, null, OutboundPolicies.Route("busy", "/", "web", 80, r =>
        {
            r.Timeouts = new Timeouts { Request = OutboundPolicies.Milliseconds(20_000) };
            r.Retry = OutboundPolicies.Retry(3, (500, 599));
            r.Retry.Backoff.RespectRetryAfterHint = true;
        }));

        var (_, later) = await client.TryAsync("curl", "-sS", "--max-time", "30", Url + "later");
        Assert.True(later == "at last", later + mesh.Logs());
        var attempts = seen.Where(s => s.Path == "/later").Select(s => s.At).ToArray();
        Assert.Equal(2, attempts.Length);
        Assert.True(System.Diagnostics.Stopwatch.GetElapsedTime(attempts[0], attempts[1]) >= TimeSpan.FromSeconds(1));

        // Nobody would wait for so long: the server's own answer is passed on.
        var (_, never) = await client.TryAsync("curl", "-sS", "-i", "--max-time", "30", Url + "never");
        Assert.Contains("HTTP/1.1 503 ", never);
        Assert.Contains("Retry-After: 60", never, StringComparison.OrdinalIgnoreCase);
        Assert.Single(seen, s => s.Path == "/never");
    }

    private static void Serve(MeshFixture mesh, FailureAccrual? accrual, params HttpRoute[] routes)
        => mesh.Control.Policy.Outbound.Set($"{Address}:80", OutboundPolicies.Http("web", 80, accrual, routes));

    private static Headers Headers(string name, string value) => new() { Headers_ = { new Headers.Types.Header { Name = name, Value = Google.Protobuf.ByteString.CopyFromUtf8(value) } } };

    private static Task<Pod> ClientAsync(MeshFixture mesh, int workers) => mesh.AddMeshedPodAsync("client", ("CORES", $"{workers}"));

    private static async Task<(Pod Server, Pod Client)> PairAsync(MeshFixture mesh, int workers)
    {
        var server = mesh.AddPod("server");
        var client = await ClientAsync(mesh, workers);
        mesh.AddService("web", Address, 80, [MeshFixture.Endpoint(server, 8080)]);
        return (server, client);
    }
}
