using System.Text.Json.Nodes;
using Linkerd.Stats.Reports;

namespace Linkerd.Stats.Tests;

public sealed class MeshReportsTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private readonly Mesh _mesh = new();

    [Fact]
    public async Task The_overview_has_namespaces_workloads_and_sparks()
    {
        var overview = await new OverviewReport(_mesh.Metrics, _mesh, _mesh.Time).RunAsync("", Minute, sparks: true, Mesh.Cancel);
        Assert.Equal(["emojivoto/deployment/vote-bot", "emojivoto/deployment/voting", "emojivoto/deployment/web", "other/deployment/plain"], overview.Workloads.Select(w => w.Id.ToString()));
        var voting = overview.Workloads[1];
        Assert.Equal(0.8, voting.Inbound.SuccessRate!.Value, 6);
        Assert.Equal(1.0, voting.Inbound.Rps(Minute)!.Value, 6);
        Assert.Equal(3, voting.TcpConnections);
        Assert.InRange(voting.Inbound.LatencyP99!.Value, 80, 100);
        Assert.Equal(OverviewReport.SparkPoints, voting.Sparks.Success.Count);
        Assert.Equal(0.8, voting.Sparks.Success[^1]!.Value, 6);
        Assert.Null(voting.Sparks.Success[0]);
        Assert.Equal(1.0, voting.Sparks.Rps[^1]!.Value, 6);
        var ns = overview.Namespaces[0];
        Assert.Equal(("emojivoto", 3, 4), (ns.Name, ns.MeshedPods, ns.RunningPods));
        Assert.Equal(3.0, ns.Inbound.Rps(Minute)!.Value, 6);
        Assert.Null(overview.Workloads[3].Inbound.SuccessRate);
    }

    [Fact]
    public async Task The_topology_says_who_calls_whom_and_what_is_not_secured()
    {
        var graph = await new TopologyReport(_mesh.Metrics, _mesh).RunAsync("emojivoto", Minute, Mesh.Cancel);
        Assert.Equal(["emojivoto/deployment/vote-bot", "emojivoto/deployment/voting", "emojivoto/deployment/web"], graph.Nodes.Select(n => n.Id.ToString()));
        Assert.Equal(2, graph.Edges.Count);
        var secured = graph.Edges[0];
        Assert.Equal(("vote-bot", "web", true, "default.emojivoto", "web.emojivoto", ""), (secured.Source.Name, secured.Destination.Name, secured.Secured, secured.ClientId, secured.ServerId, secured.NoTlsReason));
        var clear = graph.Edges[1];
        Assert.Equal(("voting", false, "not_provided_by_service_discovery"), (clear.Destination.Name, clear.Secured, clear.NoTlsReason));
        Assert.Equal(0.8, clear.Traffic.SuccessRate!.Value, 6);
    }

    [Theory]
    [InlineData(SeriesMetric.Success, 0.8)]
    [InlineData(SeriesMetric.Rps, 1.0)]
    [InlineData(SeriesMetric.Tcp, 3)]
    public async Task A_time_series_ends_with_now(SeriesMetric metric, double expected)
    {
        var points = await new TimeSeriesReport(_mesh.Metrics, _mesh.Time)
            .RunAsync(new ResourceRef(ResourceKind.Find("deploy")!, "voting", "emojivoto"), metric, TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(10), Mesh.Cancel);
        Assert.Equal(31, points.Count);
        Assert.Null(points[0].Value);
        Assert.Equal(expected, points[^1].Value!.Value, 6);
    }

    [Fact]
    public async Task A_series_longer_than_what_is_kept_is_refused() => await Assert.ThrowsAsync<ArgumentException>(() =>
        new TimeSeriesReport(_mesh.Metrics, _mesh.Time)
            .RunAsync(new ResourceRef(ResourceKind.Find("deploy")!, "voting", "emojivoto"), SeriesMetric.Rps, TimeSpan.FromHours(7), Minute, Mesh.Cancel));

    [Fact]
    public async Task Authorizations_show_what_was_let_in_and_what_was_refused()
    {
        var rows = await new AuthzReport(_mesh.Metrics).RunAsync(new ResourceRef(ResourceKind.Find("deploy")!, "voting", "emojivoto"), Minute, byClient: false, Mesh.Cancel);
        Assert.Equal("""
            ROUTE     SERVER        AUTHORIZATION                  UNAUTHORIZED   SUCCESS      RPS   LATENCY_P50   LATENCY_P95   LATENCY_P99
            default   voting-grpc                                        0.5rps         -        -             -             -             -
            default   voting-grpc   authorizationpolicy/web-only         0.0rps    80.00%   1.0rps           1ms          55ms          91ms

            """, AuthzReport.Render(rows, Minute));
    }

    [Fact]
    public async Task Authorizations_by_client_name_the_clients()
    {
        var rows = await new AuthzReport(_mesh.Metrics).RunAsync(new ResourceRef(ResourceKind.Find("deploy")!, "voting", "emojivoto"), Minute, byClient: true, Mesh.Cancel);
        Assert.Contains(rows, r => r is { Client: "emoji.emojivoto", DeniedPerSecond: > 0.4 });
        Assert.Contains(rows, r => r is { Client: "web.emojivoto", AllowedPerSecond: > 0.9 });
    }

    [Fact]
    public async Task Servers_show_what_they_refused()
    {
        var kind = ResourceKind.Find("srv")!;
        var rows = await new StatReport(_mesh.Metrics, _mesh).RunAsync(new StatRequest { Target = new ResourceRef(kind, null, "emojivoto") }, Mesh.Cancel);
        Assert.Equal("""
            NAME          UNAUTHORIZED   SUCCESS      RPS   LATENCY_P50   LATENCY_P95   LATENCY_P99
            voting-grpc         0.5rps    80.00%   1.0rps           1ms          55ms          91ms

            """, StatTable.Render(rows, kind, wide: false, allNamespaces: false, prefix: false));
    }

    [Fact]
    public async Task A_traffic_split_has_a_row_for_each_leaf()
    {
        var kind = ResourceKind.Find("ts")!;
        var rows = await new StatReport(_mesh.Metrics, _mesh).RunAsync(new StatRequest { Target = new ResourceRef(kind, null, "emojivoto") }, Mesh.Cancel);
        Assert.Equal("""
            NAME           APEX         LEAF   WEIGHT   SUCCESS      RPS   LATENCY_P50   LATENCY_P95   LATENCY_P99
            voting   voting-svc   voting-svc     900m   100.00%   0.8rps             -             -             -
            voting   voting-svc    voting-v2     100m     0.00%   0.2rps             -             -             -

            """, StatTable.Render(rows, kind, wide: false, allNamespaces: false, prefix: false));
    }

    [Fact]
    public async Task A_service_with_overrides_shows_their_shares()
    {
        var kind = ResourceKind.Find("svc")!;
        var rows = await new StatReport(_mesh.Metrics, _mesh).RunAsync(new StatRequest { Target = new ResourceRef(kind, null, "emojivoto") }, Mesh.Cancel);
        Assert.Equal("""
            NAME                                                DST   WEIGHT   MESHED   SUCCESS      RPS   LATENCY_P50   LATENCY_P95   LATENCY_P99   TCP_CONN
            voting-svc   voting-v2.emojivoto.svc.cluster.local:8080        1        -     0.00%   0.2rps             -             -             -          -
            web-svc                                               -        -        -   100.00%   2.0rps             -             -             -          -

            """, StatTable.Render(rows, kind, wide: false, allNamespaces: false, prefix: false));
    }

    [Fact]
    public async Task Routes_of_a_client_tell_what_retries_hid()
    {
        _mesh.Custom["serviceprofiles"] =
        [
            JsonNode.Parse("""{"metadata":{"name":"web-svc.emojivoto.svc.cluster.local"},"spec":{"routes":[{"name":"GET /api/vote"},{"name":"GET /"}]}}""")!.AsObject(),
        ];
        var rows = await new RoutesReport(_mesh.Metrics, _mesh).RunAsync(
            new ResourceRef(ResourceKind.Find("deploy")!, "vote-bot", "emojivoto"), new ResourceRef(ResourceKind.Find("svc")!, "web-svc", "emojivoto"), Minute, Mesh.Cancel);
        Assert.Equal("""
            ROUTE           SERVICE   EFFECTIVE_SUCCESS   EFFECTIVE_RPS   ACTUAL_SUCCESS   ACTUAL_RPS   LATENCY_P50   LATENCY_P95   LATENCY_P99
            GET /           web-svc                   -          0.0rps                -       0.0rps             -             -             -
            GET /api/vote   web-svc              90.00%          2.0rps           75.00%       2.4rps             -             -             -
            [DEFAULT]       web-svc                   -          0.0rps                -       0.0rps             -             -             -

            """, RoutesReport.Render(rows, byAuthority: false, wide: true, Minute));
    }
}
