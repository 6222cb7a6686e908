using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Linkerd.Components;
using Linkerd.Viz.Web;

namespace Linkerd.Viz.Tests.Web;

/// <summary>What a workload sends: shares of backends, and retries, of routes of policy and of profiles. Over metrics that went through the real store.</summary>
public sealed class OutboundApiTests
{
    private const string Canary = "parent_name=\"shop-svc\",parent_port=\"80\",route_kind=\"HTTPRoute\",route_name=\"canary\"";
    private const string Again = "parent_name=\"stock-svc\",parent_port=\"8080\",route_kind=\"HTTPRoute\",route_name=\"again\"";

    [Theory]
    [InlineData("/api/outbound?namespace=market&kind=deploy&name=client", "rows")]
    [InlineData("/api/outbound?namespace=market", "rows")]
    [InlineData("/api/workload?namespace=market&kind=deployment&name=client", "sent")]
    public async Task Backends_have_their_shares_and_retries_are_told_from_requests(string path, string field)
    {
        await using var dashboard = await MarketAsync();
        var rows = (await dashboard.JsonAsync(path))[field]!.AsArray();
        Assert.Equal(["HTTPRoute/canary", "HTTPRoute/again", "ServiceProfile/GET /list"], rows.Select(static r => $"{Text(r!, "kind")}/{Text(r!, "route")}"));

        var split = rows[0]!;
        Assert.Equal(("shop-svc", "80", 0.0), (Text(split, "service"), Text(split, "port"), Number(split, "retries")));
        Assert.Equal([("shop-canary", 0.1), ("shop-svc", 0.9)], split["backends"]!.AsArray().Select(static b => (Text(b!, "name"), Math.Round(Number(b!, "share"), 2))));
        Assert.Equal(1, Number(split["backends"]![0]!, "rps"), 0.1);

        // Ten are asked for in a second, five attempts fail besides and are made again.
        var again = rows[1]!;
        Assert.Equal(1, Number(again, "success"));
        Assert.Equal(10, Number(again, "rps"), 1.0);
        Assert.Equal(10.0 / 15, Number(again, "sentSuccess"), 0.01);
        Assert.Equal(15, Number(again, "sentRps"), 1.5);
        Assert.Equal(5.0 / 15, Number(again, "retries"), 0.01);

        var profile = rows[2]!;
        Assert.Equal(("books-svc", "7002"), (Text(profile, "service"), Text(profile, "port")));
        Assert.Equal(0.9, Number(profile, "success"), 0.01);
        Assert.Equal(0.75, Number(profile, "sentSuccess"), 0.01);
        Assert.Equal(2.0 / 12, Number(profile, "retries"), 0.01);
    }

    [Theory]
    [InlineData("to_type=deployment&to_name=stock&to_namespace=market", "again")]
    [InlineData("to_type=svc&to_name=shop-svc&to_namespace=market", "canary")]
    [InlineData("to_type=service&to_namespace=market", "canary again GET /list")]
    [InlineData("to_type=service&to_namespace=elsewhere", "")]
    public async Task What_goes_to_a_destination_is_found_by_its_Services(string to, string expected)
    {
        await using var dashboard = await MarketAsync();
        var rows = (await dashboard.JsonAsync("/api/outbound?namespace=market&kind=deploy&name=client&" + to))["rows"]!.AsArray();
        Assert.Equal(expected, string.Join(' ', rows.Select(static r => Text(r!, "route"))));
    }

    [Fact]
    public async Task Routes_to_a_destination_have_what_was_sent_beside_what_was_asked()
    {
        await using var dashboard = await MarketAsync();
        var routes = (await dashboard.JsonAsync("/api/routes?resource_type=deployment&resource_name=client&namespace=market&to_type=service&to_name=books-svc&to_namespace=market"))["ok"]!["routes"]!;
        var row = Assert.Single(routes[0]!["rows"]!.AsArray())!;
        Assert.Equal(("GET /list", "books-svc.market.svc.cluster.local:7002"), (Text(row, "route"), Text(row, "authority")));
        var stats = row["stats"]!;
        Assert.Equal((540.0, 60.0, 540.0, 180.0), (Count(stats, "successCount"), Count(stats, "failureCount"), Count(stats, "actualSuccessCount"), Count(stats, "actualFailureCount")));
    }

    [Theory]
    [InlineData("/api/outbound", "namespace")]
    [InlineData("/api/outbound?namespace=market&kind=service", "kind")]
    [InlineData("/api/outbound?namespace=market&kind=secret", "secret")]
    [InlineData("/api/outbound?namespace=market&window=1s", "window")]
    public async Task What_cannot_be_answered_is_refused_by_name(string path, string word)
    {
        await using var dashboard = await MarketAsync();
        using var response = await dashboard.GetAsync(path);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains(word, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public void The_uids_of_Grafana_begin_with_the_prefix()
    {
        var links = Options("-grafana-external-addr=https://grafana.example/", "-grafana-prefix=team-").Links;
        Assert.Equal(("https://grafana.example/", "team-"), (links.Grafana, links.GrafanaPrefix));
        Assert.Contains("--grafana-prefix", Assert.Throws<UsageException>(() => Options("-grafana-prefix=../x")).Message, StringComparison.Ordinal);
    }

    private static WebOptions Options(params string[] arguments)
    {
        var flags = new FlagSet();
        new WebComponent().Declare(flags);
        flags.Parse(arguments);
        return WebComponent.Options(flags);
    }

    private static async Task<Dashboard> MarketAsync()
    {
        MeshMetrics? metrics = null;
        var dashboard = await Dashboard.StartAsync(new() { Source = new ApiTests.LazySource(() => metrics!.Source), Cluster = FixedCluster.Of("market", "client", "shop", "stock", "books") });
        metrics = new MeshMetrics(dashboard.Time);
        for (var s = 0; s <= 60; s += 10)
        {
            metrics.Scrape("market", "client", string.Create(CultureInfo.InvariantCulture, $$"""
                outbound_http_route_request_statuses_total{{{Canary}},http_status="200",error=""} {{100 + (10 * s)}}
                outbound_http_route_backend_response_statuses_total{{{Canary}},backend_name="shop-svc",backend_port="80",http_status="200",error=""} {{100 + (9 * s)}}
                outbound_http_route_backend_response_statuses_total{{{Canary}},backend_name="shop-canary",backend_port="80",http_status="200",error=""} {{100 + s}}
                outbound_http_route_request_statuses_total{{{Again}},http_status="200",error=""} {{100 + (10 * s)}}
                outbound_http_route_retry_requests_total{{{Again}}} {{100 + (5 * s)}}
                outbound_http_route_backend_response_statuses_total{{{Again}},backend_name="stock-svc",backend_port="8080",http_status="200",error=""} {{100 + (10 * s)}}
                outbound_http_route_backend_response_statuses_total{{{Again}},backend_name="stock-svc",backend_port="8080",http_status="503",error=""} {{100 + (5 * s)}}
                route_response_total{direction="outbound",dst="books-svc.market.svc.cluster.local:7002",rt_route="GET /list",classification="success"} {{100 + (9 * s)}}
                route_response_total{direction="outbound",dst="books-svc.market.svc.cluster.local:7002",rt_route="GET /list",classification="failure"} {{100 + s}}
                route_actual_response_total{direction="outbound",dst="books-svc.market.svc.cluster.local:7002",rt_route="GET /list",classification="success"} {{100 + (9 * s)}}
                route_actual_response_total{direction="outbound",dst="books-svc.market.svc.cluster.local:7002",rt_route="GET /list",classification="failure"} {{100 + (3 * s)}}

                """));
            dashboard.Time.Advance(TimeSpan.FromSeconds(s == 60 ? 0 : 10));
        }

        return dashboard;
    }

    private static string Text(JsonNode node, string field) => node[field]!.GetValue<string>();

    private static double Number(JsonNode node, string field) => node[field]!.GetValue<double>();

    private static double Count(JsonNode node, string field) => Math.Round(double.Parse(Text(node, field), CultureInfo.InvariantCulture));
}
