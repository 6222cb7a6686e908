using System.Globalization;
using System.Text;
using Linkerd.Stats;
using Linkerd.Stats.Scrape;
using Linkerd.Stats.Store;

namespace Linkerd.Viz.Tests.Web;

/// <summary>Proxies of deployments, scraped at 0, 10, … 60 s of the clock: expositions as a proxy writes them, through the real store.</summary>
internal sealed class MeshMetrics(TimeProvider time)
{
    private static readonly double[] s_bounds = [1, 10, 100, 1000];
    private readonly SeriesStore _store = new(new SeriesStoreOptions());

    /// <summary>The source over what was scraped.</summary>
    public IMetricsSource Source => new EmbeddedMetricsSource(_store, time);

    /// <summary>Keeps one scrape of a deployment's only pod.</summary>
    public void Scrape(string ns, string deployment, string exposition)
    {
        var target = ScrapeTarget.ForPod(ns, deployment + "-0", "10.0.0.1", 4191, [new("linkerd.io/proxy-deployment", deployment), new("linkerd.io/control-plane-ns", "linkerd")]);
        _store.Ingest(target.Id, target.Labels, exposition, time.GetUtcNow().ToUnixTimeMilliseconds());
    }

    /// <summary>
    /// What an inbound proxy shows after <paramref name="seconds"/> of <paramref name="success"/> and <paramref name="failure"/> responses per second, all in
    /// the bucket up to 10 ms.
    /// </summary>
    public static string Inbound(double seconds, double success, double failure, string extra = "")
    {
        var text = new StringBuilder();
        Responses(text, $"direction=\"inbound\"{extra}", seconds, success, failure);
        Line(text, $"tcp_open_connections{{direction=\"inbound\",peer=\"src\"{extra}}}", 3);
        Line(text, $"tcp_read_bytes_total{{direction=\"inbound\",peer=\"src\"{extra}}}", seconds * 100);
        Line(text, $"tcp_write_bytes_total{{direction=\"inbound\",peer=\"src\"{extra}}}", seconds * 200);
        return text.ToString();
    }

    /// <summary>What an outbound proxy shows of a destination.</summary>
    public static string Outbound(double seconds, double success, double failure, string dstNamespace, string dst, string? serverId)
    {
        var labels = $"direction=\"outbound\",dst_namespace=\"{dstNamespace}\",dst_deployment=\"{dst}\",dst_pod=\"{dst}-0\"";
        var tls = serverId is null ? "tls=\"no_identity\",no_tls_reason=\"not_provided_by_service_discovery\"" : $"tls=\"true\",server_id=\"{serverId}\"";
        var text = new StringBuilder();
        Responses(text, $"{labels},{tls}", seconds, success, failure);
        Line(text, $"tcp_open_connections{{{labels},peer=\"dst\",{tls}}}", 1);
        return text.ToString();
    }

    private static void Responses(StringBuilder text, string labels, double seconds, double success, double failure)
    {
        Line(text, $"response_total{{{labels},status_code=\"200\",classification=\"success\"}}", 1000 + (seconds * success));
        Line(text, $"response_total{{{labels},status_code=\"500\",classification=\"failure\"}}", 1000 + (seconds * failure));
        foreach (var bound in s_bounds)
            Line(text, string.Create(CultureInfo.InvariantCulture, $"response_latency_ms_bucket{{{labels},status_code=\"200\",le=\"{bound}\"}}"), bound < 10 ? 0 : 2000 + (seconds * (success + failure)));
        Line(text, $"response_latency_ms_bucket{{{labels},status_code=\"200\",le=\"+Inf\"}}", 2000 + (seconds * (success + failure)));
    }

    private static void Line(StringBuilder text, string series, double value) => text.Append(series).Append(' ').Append(value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
}
