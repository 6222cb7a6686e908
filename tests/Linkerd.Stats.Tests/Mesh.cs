using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Linkerd.Kubernetes;
using Linkerd.Stats.Reports;
using Linkerd.Stats.Store;

namespace Linkerd.Stats.Tests;

/// <summary>Three proxies scraped every ten seconds for two minutes: vote-bot calls web, web calls voting, and one call in five to voting fails.</summary>
internal sealed class Mesh : IWorkloadSource, IObjectLister
{
    public const int Scrapes = 13;
    private const long StartMs = 1_000_000_000;

    private readonly SeriesStore _store = new(new SeriesStoreOptions());

    public Mesh()
    {
        for (var i = 0; i < Scrapes; i++)
        {
            Scrape(i, "vote-bot", $$"""
                response_total{direction="outbound",dst_namespace="emojivoto",dst_deployment="web",dst_service="web-svc",authority="web-svc.emojivoto:80",classification="success"} {{i * 20}}
                tcp_open_connections{direction="outbound",peer="dst",dst_namespace="emojivoto",dst_deployment="web",server_id="web.emojivoto.serviceaccount.identity.linkerd.cluster.local"} 1
                route_response_total{direction="outbound",dst="web-svc.emojivoto.svc.cluster.local:80",rt_route="GET /api/vote",classification="success"} {{i * 18}}
                route_response_total{direction="outbound",dst="web-svc.emojivoto.svc.cluster.local:80",rt_route="GET /api/vote",classification="failure"} {{i * 2}}
                route_actual_response_total{direction="outbound",dst="web-svc.emojivoto.svc.cluster.local:80",rt_route="GET /api/vote",classification="success"} {{i * 18}}
                route_actual_response_total{direction="outbound",dst="web-svc.emojivoto.svc.cluster.local:80",rt_route="GET /api/vote",classification="failure"} {{i * 6}}
                """);
            Scrape(i, "web", Inbound("web", 20 * i, 0) + $$"""
                response_total{direction="outbound",dst_namespace="emojivoto",dst_deployment="voting",dst_service="voting-svc",authority="voting-svc.emojivoto:8080",classification="success"} {{i * 8}}
                response_total{direction="outbound",dst_namespace="emojivoto",dst_deployment="voting",dst_service="voting-v2",authority="voting-svc.emojivoto:8080",classification="failure"} {{i * 2}}
                tcp_open_connections{direction="outbound",peer="dst",dst_namespace="emojivoto",dst_deployment="voting",no_tls_reason="not_provided_by_service_discovery"} 2
                """);
            Scrape(i, "voting", Inbound("voting", 8 * i, 2 * i) + $$"""
                inbound_http_authz_allow_total{srv_kind="server",srv_name="voting-grpc",route_kind="default",route_name="default",authz_kind="authorizationpolicy",authz_name="web-only",client_id="web.emojivoto.serviceaccount.identity.linkerd.cluster.local"} {{i * 10}}
                inbound_http_authz_deny_total{srv_kind="server",srv_name="voting-grpc",route_kind="default",route_name="default",client_id="emoji.emojivoto.serviceaccount.identity.linkerd.cluster.local"} {{i * 5}}
                """);
        }
    }

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public TimeProvider Time { get; } = new FixedTime(StartMs + ((Scrapes - 1) * 10_000));

    public IMetricsSource Metrics => new EmbeddedMetricsSource(_store, Time);

    public Dictionary<string, JsonObject[]> Custom { get; } = [];

    public Task<IReadOnlyList<WorkloadInfo>> ListAsync(ResourceRef resource, string labelSelector, CancellationToken cancellationToken)
    {
        IReadOnlyList<WorkloadInfo> all = resource.Kind.Name switch
        {
            "deployment" =>
            [
                new("deployment", "emojivoto", "vote-bot", null, 1, 1, "default.emojivoto"),
                new("deployment", "emojivoto", "voting", null, 1, 2, "voting.emojivoto"),
                new("deployment", "emojivoto", "web", null, 1, 1, "web.emojivoto"),
                new("deployment", "other", "plain", null, 0, 1, "default.other"),
            ],
            "replicaset" => [new("replicaset", "emojivoto", "web-5d9", null, 1, 1, "web.emojivoto") { Controlled = true }],
            "server" => [new("server", "emojivoto", "voting-grpc", null, null, 0, "")],
            "trafficsplit" => [new("trafficsplit", "emojivoto", "voting", null, null, 0, "") { Apex = "voting-svc", Backends = [new("voting-svc", "900m"), new("voting-v2", "100m")] }],
            "service" =>
            [
                new("service", "emojivoto", "voting-svc", null, null, 0, "") { Backends = [new("voting-v2.emojivoto.svc.cluster.local:8080", "1")] },
                new("service", "emojivoto", "web-svc", null, null, 0, ""),
            ],
            _ => [],
        };
        return Task.FromResult<IReadOnlyList<WorkloadInfo>>([.. all.Where(w => (resource.Namespace.Length == 0 || w.Namespace == resource.Namespace) && (resource.Name is null || w.Name == resource.Name))]);
    }

    public Task<IReadOnlyList<T>> ListAsync<T>(ResourceType<T> type, string? ns, string labelSelector, CancellationToken cancellationToken)
        where T : class => Task.FromResult<IReadOnlyList<T>>([]);

    public Task<IReadOnlyList<JsonObject>> ListCustomAsync(CustomResource resource, string? ns, string labelSelector, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<JsonObject>>(Custom.GetValueOrDefault(resource.Plural, []));

    private static string Inbound(string server, int successes, int failures)
    {
        var labels = $"direction=\"inbound\",srv_kind=\"server\",srv_name=\"{server}-grpc\",route_kind=\"default\",route_name=\"default\",authz_kind=\"authorizationpolicy\",authz_name=\"web-only\"";
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"response_total{{{labels},classification=\"success\"}} {successes}\nresponse_total{{{labels},classification=\"failure\"}} {failures}\n");
        foreach (var (le, share) in ((string, double)[])[("1", 0.5), ("10", 0.9), ("100", 1), ("+Inf", 1)])
            text.Append(CultureInfo.InvariantCulture, $"response_latency_ms_bucket{{{labels},le=\"{le}\"}} {(int)((successes + failures) * share)}\n");
        return text.Append(CultureInfo.InvariantCulture, $"tcp_open_connections{{direction=\"inbound\",peer=\"src\"}} 3\n").ToString();
    }

    private void Scrape(int i, string deployment, string text) => _store.Ingest(
        deployment, LabelSet.Of([new("namespace", "emojivoto"), new("deployment", deployment), new("pod", deployment + "-1")]), text, StartMs + (i * 10_000));

    private sealed class FixedTime(long ms) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(ms);
    }
}
