using System.Diagnostics;
using System.Net;
using Linkerd.Api.Outbound;
using Linkerd.Proxy.FunctionalTests.Kit;
using Linkerd.Testing;
using Microsoft.AspNetCore.Http;

namespace Linkerd.Proxy.FunctionalTests;

/// <summary>Endpoints that fail are taken out, and come back when they are well.</summary>
public sealed class CircuitBreakerTests
{
    private const string Address = "10.96.0.30";
    private const string Url = $"http://{Address}/";

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [Proves("6.10 consecutive")]
    public async Task A_failing_endpoint_is_ejected_and_comes_back_when_well(int workers)
    {
        await using var mesh = await MeshFixture.StartAsync();
        var (sick, well, client) = (mesh.AddPod("sick"), mesh.AddPod("well"), await mesh.AddMeshedPodAsync("client", ("CORES", $"{workers}")));
        bool isSick = true;
        int failed = 0;
        mesh.Own(await AppServer.StartAsync(sick, 8080, answer: context =>
        {
            context.Response.Headers["served-by"] = "sick";
            if (!Volatile.Read(ref isSick)) return Task.CompletedTask;
            Interlocked.Increment(ref failed);
            context.Response.StatusCode = 500;
            return Task.CompletedTask;
        }));
        mesh.Own(await AppServer.StartAsync(well, 8080));
        mesh.AddService("web", Address, 80, [MeshFixture.Endpoint(sick, 8080), MeshFixture.Endpoint(well, 8080)]);
        var accrual = new FailureAccrual { ConsecutiveFailures = new() { MaxFailures = 5, Backoff = Backoff(800, 1_600) } };
        mesh.Control.Policy.Outbound.Set($"{Address}:80", OutboundPolicies.Http("web", 80, accrual, OutboundPolicies.Route("all", "/", "web", 80)));

        // Five in a row over all workers, those that were on their way with them, and a probe now and then.
        var from = Stopwatch.GetTimestamp();
        var answers = await Load.RunAsync(client, Url, 1_000);
        int probes = 1 + (int)(Stopwatch.GetElapsedTime(from).TotalMilliseconds / 800);
        Assert.InRange(answers.By("sick"), 5, 5 + 8 + probes);
        Assert.Equal(failed, answers.With(HttpStatusCode.InternalServerError));
        Assert.Equal(1_000 - failed, answers.By("well"));

        Volatile.Write(ref isSick, false);
        var healed = Stopwatch.GetTimestamp();
        while ((await Load.RunAsync(client, Url, 40)).By("sick") < 5)
            Assert.True(Stopwatch.GetElapsedTime(healed) < TimeSpan.FromSeconds(15), "it did not come back\n" + mesh.Logs());
        Assert.Equal(100, (await Load.RunAsync(client, Url, 100)).With(HttpStatusCode.OK));
    }

    [Fact]
    [Proves("6.10 unified")]
    public async Task A_low_success_rate_ejects_down_to_the_floor_and_the_server_s_hint_is_honoured()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var pods = new[] { mesh.AddPod("first"), mesh.AddPod("second") };
        var client = await mesh.AddMeshedPodAsync("client");
        foreach (var pod in pods)
        {
            int seen = 0;
            mesh.Own(await AppServer.StartAsync(pod, 8080, answer: context =>
            {
                // Every second request fails, so none ever fails in a row; too many requests lower the rate too.
                context.Response.Headers["served-by"] = pod.Name;
                context.Response.StatusCode = (Interlocked.Increment(ref seen) % 4) switch { 0 => 503, 2 => 429, _ => 200 };
                if (context.Response.StatusCode != 200) context.Response.Headers.RetryAfter = "120";
                return Task.CompletedTask;
            }));
        }

        mesh.AddService("web", Address, 80, pods.Select(p => MeshFixture.Endpoint(p, 8080)));
        var accrual = new FailureAccrual
        {
            Unified = new() { SuccessRateThreshold = 0.8, Decay = OutboundPolicies.Milliseconds(10_000), MinRequests = 10, MaxConsecutiveFailures = 7, Backoff = Backoff(100, 200) },
            Ejection = new EjectionConfig { MinReadyEndpoints = 1 },
        };
        accrual.Unified.Backoff.RespectRetryAfterHint = true;
        mesh.Control.Policy.Outbound.Set($"{Address}:80", OutboundPolicies.Http("web", 80, accrual, OutboundPolicies.Route("all", "/", "web", 80)));

        await Load.RunAsync(client, Url, 200);
        // One is out for two minutes, by its own word; the other must stay, however it fails.
        var answers = await Load.RunAsync(client, Url, 200);
        Assert.Contains(200, new[] { answers.By("first"), answers.By("second") });
        Assert.Equal(100, answers.With(HttpStatusCode.OK));
        Assert.Equal(0, answers.With(HttpStatusCode.GatewayTimeout));
        await client.Proxy!.WhenMetricsAsync(m => m.Sum("outbound_http_balancer_endpoints", "endpoint_state=\"ready\"") == 1, "one endpoint ready");
    }

    [Fact]
    [Proves("6.10 penalty")]
    public async Task Failures_that_are_penalized_move_the_load()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var (sick, well, client) = (mesh.AddPod("sick"), mesh.AddPod("well"), await mesh.AddMeshedPodAsync("client"));
        mesh.Own(await AppServer.StartAsync(sick, 8080, answer: context =>
        {
            context.Response.Headers["served-by"] = "sick";
            context.Response.StatusCode = 503;
            return Task.CompletedTask;
        }));
        mesh.Own(await AppServer.StartAsync(well, 8080));
        mesh.AddService("web", Address, 80, [MeshFixture.Endpoint(sick, 8080), MeshFixture.Endpoint(well, 8080)]);
        var policy = OutboundPolicies.Http("web", 80, null, OutboundPolicies.Route("all", "/", "web", 80, r => r.Backends.FirstAvailable.Backends[0].Backend.Balancer.PenaltyPeakEwma = new()
        {
            DefaultRtt = OutboundPolicies.Milliseconds(30),
            Decay = OutboundPolicies.Milliseconds(10_000),
            Penalty = OutboundPolicies.Milliseconds(60_000),
            MaxRetryAfter = OutboundPolicies.Milliseconds(300_000),
            PenaltyDecay = OutboundPolicies.Milliseconds(600_000),
        }));
        mesh.Control.Policy.Outbound.Set($"{Address}:80", policy);

        // Without the penalty the endpoint that fails at once would look the fastest.
        var answers = await Load.RunAsync(client, Url, 300);
        Assert.InRange(answers.By("sick"), 0, 8);
        Assert.Equal(300, answers.Total);
    }

    private static ExponentialBackoff Backoff(int min, int max) => new() { MinBackoff = OutboundPolicies.Milliseconds(min), MaxBackoff = OutboundPolicies.Milliseconds(max), JitterRatio = 0 };
}
