using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;
using Linkerd.Stats.Store;

namespace Linkerd.Stats.Scrape;

/// <summary>
/// What a Prometheus would be here: scrapes the proxy of every meshed pod every ten seconds, keeps six hours in bounded memory,
/// and answers the queries of the reports.
/// </summary>
public sealed class ClusterMetrics : IDisposable
{
    private const string MeshLabel = "linkerd.io/control-plane-ns";
    private const string ProxyContainer = "linkerd-proxy";
    private const int AdminPort = 4191;

    // What the reports ask for; all else that a proxy exposes is passed over.
    private static readonly HashSet<string> Kept =
    [
        "request_total", "response_total", "response_latency_ms_bucket", "response_latency_ms_count", "response_latency_ms_sum",
        "tcp_open_total", "tcp_open_connections", "tcp_close_total", "tcp_read_bytes_total", "tcp_write_bytes_total",
        "route_request_total", "route_response_total", "route_response_latency_ms_bucket", "route_actual_request_total", "route_actual_response_total",
        "inbound_http_authz_allow_total", "inbound_http_authz_deny_total", "inbound_tcp_authz_allow_total", "inbound_tcp_authz_deny_total",
        "outbound_http_route_request_statuses_total", "outbound_http_route_request_duration_seconds_bucket", "outbound_http_route_retry_requests_total",
        "outbound_http_route_backend_response_statuses_total", "outbound_http_route_backend_response_duration_seconds_bucket",
        "outbound_grpc_route_request_statuses_total", "outbound_grpc_route_request_duration_seconds_bucket", "outbound_grpc_route_retry_requests_total",
        "outbound_grpc_route_backend_response_statuses_total", "outbound_grpc_route_backend_response_duration_seconds_bucket",
        "gateway_alive", "gateway_probe_latency_ms_bucket",
        "process_start_time_seconds", "process_cpu_seconds_total", "process_resident_memory_bytes",
    ];

    private readonly HttpMessageInvoker _http;
    private readonly Scraper _scraper;

    /// <summary>Prepares; <paramref name="pods"/> is read before each round.</summary>
    public ClusterMetrics(Informer<Pod> pods, TimeProvider time)
    {
        var store = new SeriesStore(new SeriesStoreOptions { Keep = Kept.Contains });
        _http = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(2), MaxConnectionsPerServer = 1 });
        _scraper = new Scraper(store, () => Targets(pods.Items), _http, new ScraperOptions(), time);
        Source = new EmbeddedMetricsSource(store, time);
    }

    /// <summary>Answers queries over what was scraped.</summary>
    public IMetricsSource Source { get; }

    /// <summary>Scrapes until cancelled.</summary>
    public Task RunAsync(CancellationToken cancellationToken) => _scraper.RunAsync(cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private static List<ScrapeTarget> Targets(IEnumerable<Pod> pods) =>
    [
        .. pods
            .Where(static p => p.Status?.Phase is "Running" or "Pending" && p.Status.PodIP is { Length: > 0 } && p.Metadata.Labels?.ContainsKey(MeshLabel) == true)
            .Select(static p => ScrapeTarget.ForPod(p.Metadata.Namespace!, p.Metadata.Name!, p.Status!.PodIP!, AdminPortOf(p), p.Metadata.Labels!)),
    ];

    private static int AdminPortOf(Pod pod) =>
        (pod.Spec?.Containers ?? []).Concat(pod.Spec?.InitContainers ?? [])
            .FirstOrDefault(static c => c.Name == ProxyContainer)?.Ports?.FirstOrDefault(static p => p.Name == "linkerd-admin")?.Port ?? AdminPort;
}
