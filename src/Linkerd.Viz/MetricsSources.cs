using Linkerd.Kubernetes;
using Linkerd.Stats;
using Linkerd.Stats.Prometheus;
using Linkerd.Stats.Scrape;

namespace Linkerd.Viz;

/// <summary>The source of statistics that the flags name: a Prometheus, or the embedded one of this process.</summary>
internal sealed class MetricsSources : IDisposable
{
    private const string Embedded = "embedded";

    private readonly HttpClient? _http;
    private readonly ClusterMetrics? _cluster;

    private MetricsSources(HttpClient? http, ClusterMetrics? cluster, IMetricsSource source)
    {
        _http = http;
        _cluster = cluster;
        Source = source;
    }

    /// <summary>Where statistics come from.</summary>
    public IMetricsSource Source { get; }

    /// <summary>Declares the flags that <see cref="Create"/> reads.</summary>
    public static void Declare(FlagSet flags)
    {
        flags.Add("prometheus-url", "http://prometheus.linkerd-viz.svc.cluster.local:9090", "address of Prometheus, or \"embedded\" to scrape the proxies in this process");
        flags.Add("prometheus-user-file", "", "file with the user that Prometheus is asked as (basic authentication)");
        flags.Add("prometheus-password-file", "", "file with the password of that user");
    }

    /// <summary>Makes the source; the embedded one watches pods through <paramref name="informers"/>, which the caller starts afterwards.</summary>
    public static MetricsSources Create(FlagSet flags, InformerFactory informers, TimeProvider time)
    {
        var url = flags.Required("prometheus-url");
        if (url == Embedded)
        {
            var cluster = new ClusterMetrics(informers.For(Resources.Pods), time);
            return new MetricsSources(null, cluster, cluster.Source);
        }

        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            throw FlagSet.Fault("prometheus-url", url, "an http or https address such as http://prometheus.linkerd-viz.svc.cluster.local:9090, or embedded");
        HttpMessageHandler handler = new SocketsHttpHandler { UseProxy = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) };
        if (PrometheusCredentials.Read(flags) is { } credentials)
            handler = new PrometheusCredentials.Handler(credentials, handler);
        var http = new HttpClient(handler);
        return new MetricsSources(http, null, PrometheusSource.At(http, address));
    }

    /// <summary>Scrapes until cancelled; for a Prometheus there is nothing to do.</summary>
    public Task RunAsync(CancellationToken cancel) => _cluster?.RunAsync(cancel) ?? Task.CompletedTask;

    public void Dispose()
    {
        _cluster?.Dispose();
        _http?.Dispose();
    }
}
