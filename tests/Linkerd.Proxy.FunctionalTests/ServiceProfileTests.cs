using System.Net;
using Google.Protobuf.WellKnownTypes;
using Linkerd.Api.Destination;
using Linkerd.Proxy.FunctionalTests.Kit;
using Linkerd.Testing;
using Microsoft.AspNetCore.Http;
using HttpMethod = Linkerd.Api.HttpTypes.HttpMethod;

namespace Linkerd.Proxy.FunctionalTests;

/// <summary>A bookshop whose authors service fails half of the time, and what a service profile makes of it.</summary>
public sealed class ServiceProfileTests
{
    private const string Address = "10.96.0.40";
    private const string Host = "authors.test.svc.cluster.local";
    private const string Destination = $"dst=\"{Host}:80\"";
    private const string Head = "rt_route=\"HEAD /authors/{id}.json\"";

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [Proves("6.11 profile retries", "6.14 route", "6.9 profile first")]
    public async Task Retries_lift_a_route_within_the_budget_and_other_routes_stay(int workers)
    {
        await using var mesh = await MeshFixture.StartAsync();
        var (client, _) = await BookshopAsync(mesh, workers, new RetryBudget { RetryRatio = 3, MinRetriesPerSecond = 100, Ttl = Seconds(10) });

        var answers = await Load.RunAsync(client, "", 1_000, 8, () => new HttpRequestMessage(System.Net.Http.HttpMethod.Head, $"http://{Address}/authors/1.json"));
        Assert.True(answers.With(HttpStatusCode.OK) > 990, answers + mesh.Logs());
        var plain = await Load.RunAsync(client, $"http://{Address}/authors/1.json", 200);
        Assert.InRange(plain.With(HttpStatusCode.ServiceUnavailable), 50, 150);
        await client.Proxy!.WhenMetricsAsync(
            m => m.Sum("route_request_total", Destination, Head) == 1_000
                && m.Sum("route_response_total", Destination, Head, "classification=\"success\"") > 990
                && m.Sum("route_actual_request_total", Destination, Head) == 1_000 + m.Sum("route_retryable_total", Destination, Head)
                && m.Sum("route_response_latency_ms_count", Destination, Head) == 1_000
                && m.Sum("route_response_total", Destination, Head) == 1_000
                && m.Sum("route_request_total", Destination) - m.Sum("route_request_total", Destination, Head) == 200,
            "the routes");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task The_budget_bounds_the_retries_of_all_workers(int workers)
    {
        await using var mesh = await MeshFixture.StartAsync();
        var (client, _) = await BookshopAsync(mesh, workers, new RetryBudget { RetryRatio = 0.1f, MinRetriesPerSecond = 1, Ttl = Seconds(60) });

        var answers = await Load.RunAsync(client, "", 1_000, 8, () => new HttpRequestMessage(System.Net.Http.HttpMethod.Head, $"http://{Address}/authors/1.json"));
        // A tenth of the requests, and sixty besides; half of what is tried again fails again.
        await client.Proxy!.WhenMetricsAsync(
            m => m.Sum("route_actual_request_total", Destination, Head) is >= 1_155 and <= 1_160
                && m.Sum("route_retryable_total", Destination, Head, "skipped=\"no_budget\"") == answers.With(HttpStatusCode.ServiceUnavailable),
            "at most 160 retries");
    }

    [Fact]
    [Proves("6.11 timeouts", "6.12 classes", "6.14 route")]
    public async Task A_timeout_cuts_a_slow_route_and_response_classes_decide_what_fails()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var (client, _) = await BookshopAsync(mesh, 1, null);

        Assert.Equal(1, (await Load.RunAsync(client, $"http://{Address}/slow", 1, 1)).With(HttpStatusCode.GatewayTimeout));
        Assert.Equal(1, (await Load.RunAsync(client, $"http://{Address}/missing", 1, 1)).With(HttpStatusCode.NotFound));
        await client.Proxy!.WhenMetricsAsync(
            m => m.Sum("route_response_total", Destination, "rt_route=\"slow\"", "classification=\"failure\"", "error=\"response timeout\"") == 1
                && m.Sum("route_response_total", Destination, "rt_route=\"missing\"", "classification=\"failure\"", "status_code=\"404\"") == 1
                && m.Sum("response_total", "direction=\"outbound\"", "status_code=\"404\"", "classification=\"failure\"") == 1,
            "failures of both kinds");
    }

    [Fact]
    public async Task Overrides_split_the_traffic_by_weight()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var (client, profile) = await BookshopAsync(mesh, 1, null);
        var canary = mesh.AddPod("canary");
        mesh.Own(await AppServer.StartAsync(canary, 8080));
        mesh.Control.Destination.Endpoints.Set("canary.test.svc.cluster.local:80", [MeshFixture.Endpoint(canary, 8080)]);
        var split = profile.Clone();
        split.Routes.Clear();
        split.DstOverrides.Add(new WeightedDst { Authority = $"{Host}.:80", Weight = 9_000 });
        split.DstOverrides.Add(new WeightedDst { Authority = "canary.test.svc.cluster.local.:80", Weight = 1_000 });
        mesh.Control.Destination.Profiles.Set($"{Address}:80", split);

        var url = $"http://{Address}/fine";
        await client.Proxy!.WhenMetricsAsync(m =>
        {
            Load.RunAsync(client, url, 20, 1).GetAwaiter().GetResult();
            return m.Sum("request_total", "direction=\"outbound\"", "dst_pod=\"canary\"") > 0;
        }, "a request to the canary");
        Assert.InRange((await Load.RunAsync(client, url, 1_000)).By("canary"), 98, 102);
    }

    private static async Task<(Pod Client, DestinationProfile Profile)> BookshopAsync(MeshFixture mesh, int workers, RetryBudget? budget)
    {
        var authors = mesh.AddPod("authors");
        // On a busy machine the profile may take longer than it is waited for by default.
        var client = await mesh.AddMeshedPodAsync("client", ("CORES", $"{workers}"), ("DESTINATION_PROFILE_INITIAL_TIMEOUT", "3s"));
        mesh.Own(await AppServer.StartAsync(authors, 8080, answer: async context =>
        {
            if (context.Request.Path == "/slow") await Task.Delay(Timeout.Infinite, context.RequestAborted);
            context.Response.StatusCode = context.Request.Path.Value switch
            {
                "/missing" => 404,
                "/fine" => 200,
                _ => Random.Shared.Next(2) == 0 ? 503 : 200,
            };
        }));
        mesh.AddService("authors", Address, 80, [MeshFixture.Endpoint(authors, 8080)]);
        var profile = new DestinationProfile
        {
            FullyQualifiedName = Host,
            RetryBudget = budget,
            ParentRef = OutboundPolicies.Service("authors", 80),
            ProfileRef = OutboundPolicies.Named("linkerd.io", "ServiceProfile", Host),
            Routes =
            {
                new Route
                {
                    Condition = new() { All = new() { Matches = { new RequestMatch { Path = new() { Regex = "/authors/[^/]*\\.json" } }, new RequestMatch { Method = new HttpMethod { Registered = HttpMethod.Types.Registered.Head } } } } },
                    IsRetryable = true,
                    MetricsLabels = { ["route"] = "HEAD /authors/{id}.json" },
                },
                new Route { Condition = new() { Path = new() { Regex = "/slow" } }, Timeout = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(100)), MetricsLabels = { ["route"] = "slow" } },
                new Route
                {
                    Condition = new() { Path = new() { Regex = "/missing" } },
                    ResponseClasses = { new ResponseClass { Condition = new() { Status = new HttpStatusRange { Min = 404, Max = 404 } }, IsFailure = true } },
                    MetricsLabels = { ["route"] = "missing" },
                },
            },
        };
        mesh.Control.Destination.Profiles.Set($"{Address}:80", profile);
        return (client, profile);
    }

    private static Duration Seconds(int seconds) => Duration.FromTimeSpan(TimeSpan.FromSeconds(seconds));
}
