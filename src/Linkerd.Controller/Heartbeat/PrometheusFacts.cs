using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Linkerd.Controller.Heartbeat;

/// <summary>Sums over the mesh, from a Prometheus that scrapes it. A query without exactly one number is left out.</summary>
internal static class PrometheusFacts
{
    private const string Cadvisor = "job=\"kubernetes-nodes-cadvisor\"";

    public static async Task GatherAsync(Facts facts, HttpClient http, Uri prometheus, string ns, CancellationToken cancel)
    {
        await AddAsync("total-rps", "sum(rate(request_total{direction=\"inbound\",job=\"linkerd-proxy\"}[30s]))", "F0");
        await AddAsync("meshed-pods", "count(count by (pod) (request_total{job=\"linkerd-proxy\"}))", "F0");
        await AddAsync("p99-handle-us", "histogram_quantile(0.99, sum(rate(request_handle_us_bucket{job=\"linkerd-proxy\"}[24h])) by (le))", "F0");
        await AddAsync("proxy-injector-injections", "sum(proxy_inject_admission_responses_total{job=\"linkerd-controller\",skip=\"false\"})", "F0");
        foreach (var (container, where) in ((string, string)[])[("linkerd-proxy", ""), ("destination", ns), ("prometheus", ns)])
        {
            var labels = $"{Cadvisor},container=\"{container}\"{(where.Length == 0 ? "" : $",namespace=\"{where}\"")}";
            await AddAsync("max-mem-" + container, $"max(container_memory_working_set_bytes{{{labels}}})", "F0");
            await AddAsync("p95-cpu-" + container, $"max(quantile_over_time(0.95,rate(container_cpu_usage_seconds_total{{{labels}}}[5m])[24h:5m]))", "F3");
        }

        Task AddAsync(string name, string query, string format) => facts.TryAsync(name, async () =>
        {
            var number = await QueryAsync(http, prometheus, query, cancel);
            facts.Add(name, number.ToString(format, CultureInfo.InvariantCulture));
        });
    }

    private static async Task<double> QueryAsync(HttpClient http, Uri prometheus, string query, CancellationToken cancel)
    {
        var root = prometheus.AbsoluteUri.TrimEnd('/');
        var text = await http.GetStringAsync(new Uri($"{root}/api/v1/query?query={Uri.EscapeDataString(query)}"), cancel);
        return Number(text) ?? throw new FormatException($"Prometheus has not one number for {query}");
    }

    /// <summary>The value of an instant vector of one element; null when the answer is another.</summary>
    private static double? Number(string answer)
    {
        try
        {
            return JsonNode.Parse(answer) is JsonObject root
                && root["data"] is JsonObject data
                && data["result"] is JsonArray { Count: 1 } result
                && result[0] is JsonObject element
                && element["value"] is JsonArray { Count: 2 } value
                && double.TryParse(value[1]?.ToString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
                && double.IsFinite(number) ? number : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
