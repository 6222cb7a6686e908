using Linkerd.Stats.Reports;
using Linkerd.Stats.Store;

namespace Linkerd.Stats.Tests;

/// <summary><c>viz stat-inbound</c> and <c>viz stat-outbound</c> over two minutes of scrapes.</summary>
public sealed class PolicyStatTests
{
    private const int Scrapes = 13;
    private const long StartMs = 1_000_000_000;
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);
    private static readonly ResourceRef s_web = new(ResourceKind.Find("deploy")!, "web", "shop");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Inbound_traffic_is_told_by_server_and_route()
    {
        const string http = "direction=\"inbound\",target_port=\"8080\",srv_kind=\"server\",srv_name=\"web-http\",route_kind=\"HTTPRoute\",route_name=\"list\"";
        const string admin = "direction=\"inbound\",target_port=\"9090\",srv_kind=\"default\",srv_name=\"all-unauthenticated\",route_kind=\"default\",route_name=\"default\"";
        var source = Scraped(i => $$"""
            response_total{{{http}},classification="success",client_id="a"} {{i * 4}}
            response_total{{{http}},classification="success",client_id="b"} {{i * 4}}
            response_total{{{http}},classification="failure"} {{i * 2}}
            response_latency_ms_bucket{{{http}},le="1"} {{i * 5}}
            response_latency_ms_bucket{{{http}},le="10"} {{i * 10}}
            response_latency_ms_bucket{{{http}},le="+Inf"} {{i * 10}}
            response_total{{{admin}},classification="success"} {{i * 20}}
            response_total{direction="outbound",target_port="8080",classification="failure"} {{i * 20}}
            """);
        var rows = await new InboundReport(source).RunAsync(s_web, s_minute, Cancel);
        Assert.Equal("""
            NAME   SERVER           ROUTE       TYPE        SUCCESS    RPS   LATENCY_P50   LATENCY_P95   LATENCY_P99
            web    [default]:9090   [default]               100.00%   2.00             -             -             -
            web    web-http:8080    list        HTTPRoute    80.00%   1.00           1ms           9ms          10ms

            """, InboundReport.Render(rows, s_minute));
    }

    [Fact]
    public async Task Outbound_traffic_is_told_by_route_and_backend()
    {
        const string route = "parent_name=\"api\",parent_port=\"80\",route_kind=\"HTTPRoute\",route_name=\"split\"";
        const string grpc = "parent_name=\"vote\",parent_port=\"8080\",route_kind=\"default\",route_name=\"grpc\"";
        var source = Scraped(i => $$"""
            outbound_http_route_request_statuses_total{{{route}},http_status="200",error=""} {{i * 15}}
            outbound_http_route_request_statuses_total{{{route}},http_status="500",error=""} {{i * 4}}
            outbound_http_route_request_statuses_total{{{route}},http_status="",error="REQUEST_TIMEOUT"} {{i}}
            outbound_http_route_request_duration_seconds_bucket{{{route}},le="0.05"} {{i * 10}}
            outbound_http_route_request_duration_seconds_bucket{{{route}},le="0.5"} {{i * 20}}
            outbound_http_route_request_duration_seconds_bucket{{{route}},le="+Inf"} {{i * 20}}
            outbound_http_route_retry_requests_total{{{route}}} {{i * 5}}
            outbound_http_route_backend_response_statuses_total{{{route}},backend_name="api-v1",backend_port="80",http_status="200",error=""} {{i * 15}}
            outbound_http_route_backend_response_statuses_total{{{route}},backend_name="api-v2",backend_port="80",http_status="503",error=""} {{i * 10}}
            outbound_grpc_route_request_statuses_total{{{grpc}},grpc_status="OK",error=""} {{i * 8}}
            outbound_grpc_route_request_statuses_total{{{grpc}},grpc_status="NOT_FOUND",error=""} {{i * 2}}
            """);
        var rows = await new OutboundReport(source).RunAsync(s_web, s_minute, Cancel);
        Assert.Equal("""
            NAME   SERVICE     ROUTE       TYPE        BACKEND     SUCCESS    RPS   LATENCY_P50   LATENCY_P95   LATENCY_P99   TIMEOUTS   RETRIES
            web    api:80      split       HTTPRoute                75.00%   2.00          50ms         455ms         491ms      5.00%    20.00%
                               ├─          ─►          api-v1:80   100.00%   1.50             -             -             -      0.00%
                               └─          ─►          api-v2:80     0.00%   1.00             -             -             -      0.00%
            web    vote:8080   [default]                            80.00%   1.00             -             -             -      0.00%     0.00%

            """, OutboundReport.Render(rows, s_minute));
    }

    [Fact]
    public async Task What_has_no_proxies_and_windows_that_are_too_short_are_refused()
    {
        var source = Scraped(static _ => "up 1");
        var service = new ResourceRef(ResourceKind.Find("svc")!, "web", "shop");
        Assert.Contains("not of a service", (await Assert.ThrowsAsync<ArgumentException>(() => new InboundReport(source).RunAsync(service, s_minute, Cancel))).Message, StringComparison.Ordinal);
        Assert.Contains("not of a service", (await Assert.ThrowsAsync<ArgumentException>(() => new OutboundReport(source).RunAsync(service, s_minute, Cancel))).Message, StringComparison.Ordinal);
        Assert.Contains("at least 15s", (await Assert.ThrowsAsync<ArgumentException>(() => new OutboundReport(source).RunAsync(s_web, TimeSpan.FromSeconds(5), Cancel))).Message, StringComparison.Ordinal);
        Assert.Empty(await new InboundReport(source).RunAsync(s_web, s_minute, Cancel));
    }

    private static EmbeddedMetricsSource Scraped(Func<int, string> page)
    {
        var store = new SeriesStore(new SeriesStoreOptions());
        for (var i = 0; i < Scrapes; i++)
            store.Ingest("web-1", LabelSet.Of([new("namespace", "shop"), new("deployment", "web"), new("pod", "web-1")]), page(i), StartMs + (i * 10_000));
        return new EmbeddedMetricsSource(store, new FixedTime(StartMs + ((Scrapes - 1) * 10_000)));
    }

    private sealed class FixedTime(long ms) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(ms);
    }
}
