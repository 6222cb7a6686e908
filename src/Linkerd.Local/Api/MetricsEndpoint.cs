using Linkerd.Stats;
using Linkerd.Stats.Prometheus;

namespace Linkerd.Local.Api;

/// <summary>Prometheus' query API at a path of the API server's own: what Kubernetes has in a Service, this server has at hand.</summary>
internal static class MetricsEndpoint
{
    private const string Path = "/linkerd-local/prometheus/api/v1/query";

    public static async Task<bool> TryHandleAsync(ApiRequest request, IMetricsSource? source, TimeProvider clock)
    {
        if (source is null || request.Path.Path != Path)
            return false;
        var http = request.Http;
        var (status, body) = await PrometheusAnswers.AnswerAsync(source, http.Request.Query["query"], clock, http.RequestAborted);
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        await using var writer = new StreamWriter(http.Response.Body);
        await writer.WriteAsync(body.AsMemory(), http.RequestAborted);
        return true;
    }
}
