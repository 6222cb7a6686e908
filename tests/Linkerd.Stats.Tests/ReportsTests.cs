using System.Text;
using Linkerd.Stats.Reports;
using Linkerd.Stats.Store;

namespace Linkerd.Stats.Tests;

public sealed class ReportsTests
{
    private static readonly ResourceKind Deploy = ResourceKind.Find("deploy")!;

    [Fact]
    public async Task The_walkthroughs_table()
    {
        var rows = await Report().RunAsync(new StatRequest { Target = new ResourceRef(Deploy, null, "emojivoto") }, TestContext.Current.CancellationToken);
        Assert.Equal("""
            NAME       MESHED   SUCCESS      RPS   LATENCY_P50   LATENCY_P95   LATENCY_P99   TCP_CONN
            vote-bot      1/1         -        -             -             -             -          -
            voting        1/1    80.00%   1.0rps           1ms           1ms           1ms          3
            web           1/1         -        -             -             -             -          -

            """, StatTable.Render(rows, Deploy, wide: false, allNamespaces: false, prefix: false));
    }

    [Fact]
    public async Task Unmeshed_rows_are_shown_when_asked_for()
    {
        var rows = await Report().RunAsync(new StatRequest { Target = new ResourceRef(Deploy, null, ""), Unmeshed = true }, TestContext.Current.CancellationToken);
        Assert.Contains("other       plain         0/1", StatTable.Render(rows, Deploy, false, allNamespaces: true, prefix: false), StringComparison.Ordinal);
    }

    [Fact]
    public async Task From_is_measured_at_the_client()
    {
        var request = new StatRequest { Target = new ResourceRef(Deploy, null, "emojivoto"), From = new ResourceRef(Deploy, "web", "emojivoto") };
        var row = Assert.Single(await Report().RunAsync(request, TestContext.Current.CancellationToken));
        Assert.Equal("voting", row.Name);
        Assert.Equal(1.0, row.Success);
    }

    [Theory]
    [InlineData("deploy", "deployment/*")]
    [InlineData("deploy/web", "deployment/web")]
    [InlineData("deploy web", "deployment/web")]
    [InlineData("po a b", "pod/a pod/b")]
    [InlineData("deploy/web sts/db", "deployment/web statefulset/db")]
    public void Resources_are_named_as_for_kubectl(string words, string expected) =>
        Assert.Equal(expected, string.Join(' ', ResourceRef.Parse(words.Split(' '), "ns").Select(r => $"{r.Kind.Name}/{r.Name ?? "*"}")));

    [Theory]
    [InlineData("doploy")]
    [InlineData("deploy/")]
    [InlineData("/web")]
    public void Unknown_resources_are_named(string words) =>
        Assert.Contains(words.Trim('/').Split('/')[0], Assert.Throws<ArgumentException>(() => ResourceRef.Parse([words], "ns")).Message, StringComparison.Ordinal);

    [Fact]
    public async Task A_window_that_two_scrapes_cannot_fill_is_refused()
    {
        var request = new StatRequest { Target = new ResourceRef(Deploy, null, "x"), Window = TimeSpan.FromSeconds(5) };
        var e = await Assert.ThrowsAsync<ArgumentException>(() => Report().RunAsync(request, TestContext.Current.CancellationToken));
        Assert.Contains("at least 15s", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Edges_show_both_identities()
    {
        var edges = await new EdgesReport(Source(), new Workloads()).RunAsync(new ResourceRef(Deploy, null, "emojivoto"), TestContext.Current.CancellationToken);
        Assert.Equal("""
            SRC        DST                SRC_NS      DST_NS      CLIENT_ID           SERVER_ID                  SECURED
            vote-bot   linkerd-identity   emojivoto   linkerd     default.emojivoto   linkerd-identity.linkerd   √
            vote-bot   voting             emojivoto   emojivoto   default.emojivoto   voting.emojivoto           √
            web        plain              emojivoto   other                                                      not_provided_by_service_discovery
            web        voting             emojivoto   emojivoto   web.emojivoto       voting.emojivoto           √

            """, EdgesReport.Render(edges, wide: true));
    }

    private static StatReport Report() => new(Source(), new Workloads());

    private static EmbeddedMetricsSource Source()
    {
        var store = new SeriesStore(new SeriesStoreOptions());
        for (var i = 0; i <= 6; i++)
        {
            var voting = new StringBuilder();
            voting.Append("response_total{direction=\"inbound\",classification=\"success\"} ").Append(i * 8).Append('\n');
            voting.Append("response_total{direction=\"inbound\",classification=\"failure\"} ").Append(i * 2).Append('\n');
            foreach (var le in (string[])["1", "2", "+Inf"])
                voting.Append("response_latency_ms_bucket{direction=\"inbound\",le=\"").Append(le).Append("\"} ").Append(i * 10).Append('\n');
            voting.Append("tcp_open_connections{direction=\"inbound\",peer=\"src\",client_id=\"web.emojivoto.serviceaccount.identity.linkerd.cluster.local\"} 3\n");
            store.Ingest("voting", Labels("voting"), voting.ToString(), i * 10_000L);
            store.Ingest("vote-bot", Labels("vote-bot"), """
                tcp_open_connections{direction="outbound",peer="dst",dst_deployment="voting",dst_namespace="emojivoto",server_id="voting.emojivoto.serviceaccount.identity.linkerd.cluster.local"} 1
                tcp_open_connections{direction="outbound",peer="dst",dst_deployment="linkerd-identity",dst_namespace="linkerd",server_id="linkerd-identity.linkerd.serviceaccount.identity.linkerd.cluster.local"} 1
                """, i * 10_000L);
            store.Ingest("web", Labels("web"), $$"""
                response_total{direction="outbound",dst_deployment="voting",dst_namespace="emojivoto",classification="success"} {{i}}
                tcp_open_connections{direction="outbound",peer="dst",dst_deployment="voting",dst_namespace="emojivoto",server_id="voting.emojivoto.serviceaccount.identity.linkerd.cluster.local"} 1
                tcp_open_connections{direction="outbound",peer="dst",dst_deployment="plain",dst_namespace="other",no_tls_reason="not_provided_by_service_discovery"} 1
                """, i * 10_000L);
        }

        return new EmbeddedMetricsSource(store, new FixedTime(60_000));
    }

    private static LabelSet Labels(string deployment) => LabelSet.Of([new("namespace", "emojivoto"), new("deployment", deployment)]);

    private sealed class FixedTime(long ms) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(ms);
    }

    private sealed class Workloads : IWorkloadSource
    {
        private static readonly WorkloadInfo[] All =
        [
            new("deployment", "emojivoto", "vote-bot", null, 1, 1, "default.emojivoto"),
            new("deployment", "emojivoto", "voting", null, 1, 1, "voting.emojivoto"),
            new("deployment", "emojivoto", "web", null, 1, 1, "web.emojivoto"),
            new("deployment", "other", "plain", null, 0, 1, "default.other"),
        ];

        public Task<IReadOnlyList<WorkloadInfo>> ListAsync(ResourceRef resource, string labelSelector, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<WorkloadInfo>>([.. All.Where(w => resource.Namespace.Length == 0 || w.Namespace == resource.Namespace)]);
    }
}
