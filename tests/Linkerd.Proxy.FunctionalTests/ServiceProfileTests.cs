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

    [Fact]
    [Proves("6.14 route")]
    public async Task The_server_counts_routes_of_what_the_client_asked_for()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var authors = await mesh.AddMeshedPodAsync("authors");
        mesh.Own(await AppServer.StartAsync(authors, 8080, answer: context =>
        {
            context.Response.StatusCode = context.Request.Path == "/missing" ? 404 : 200;
            return Task.CompletedTask;
        }));
        var client = await mesh.AddMeshedPodAsync("client");
        mesh.AddService("authors", Address, 80, [MeshFixture.Endpoint(authors, 8080)]);
        mesh.Control.Destination.Profiles.Set($"{Host}:80", new DestinationProfile
        {
            FullyQualifiedName = Host,
            Routes =
            {
                new Route
                {
                    Condition = new() { Path = new() { Regex = "/missing" } },
                    ResponseClasses = { new ResponseClass { Condition = new() { Status = new HttpStatusRange { Min = 404, Max = 404 } }, IsFailure = true } },
                    MetricsLabels = { ["route"] = "missing" },
                },
            },
        });

        string[] route = ["direction=\"inbound\"", Destination, "rt_route=\"missing\""];
        var sent = 0;
        // The first request asks for the profile, and does not wait for it.
        await authors.Proxy!.WhenMetricsAsync(m =>
        {
            Load.RunAsync(client, $"http://{Address}/missing", 1, 1).GetAwaiter().GetResult();
            sent++;
            return m.Sum("route_request_total", route) > 0;
        }, "the route");
        await Load.RunAsync(client, $"http://{Address}/other", 20, 1);
        // An address has no profile, and a name elsewhere is not asked for.
        await Load.RunAsync(client, "", 5, 1, () => new HttpRequestMessage(System.Net.Http.HttpMethod.Get, $"http://{authors.Address}:8080/missing") { Headers = { Host = "example.com" } });
        await authors.Proxy!.WhenMetricsAsync(
            m => m.Sum("request_total", "direction=\"inbound\"") == sent + 25
                && m.Sum("route_request_total", "direction=\"inbound\"") is var counted && counted > 0 && counted <= sent
                && m.Sum("route_response_total", [.. route, "classification=\"failure\"", "status_code=\"404\""]) == counted
                && m.Sum("route_response_latency_ms_count", route) == counted
                && m.Sum("route_actual_request_total", "direction=\"inbound\"") == 0
                && m.Sum("response_total", "direction=\"inbound\"", "classification=\"failure\"") >= counted,
            "the requests of the route");
        Assert.DoesNotContain(mesh.Control.Destination.ProfilesAsked, static name => name.Contains("example.com", StringComparison.Ordinal));
        Assert.Single(mesh.Control.Destination.ProfilesAsked, $"{Host}:80");
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
