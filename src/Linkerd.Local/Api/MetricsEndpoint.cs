using Linkerd.Stats;
using Linkerd.Stats.Prometheus;

namespace Linkerd.Local.Api;

/// <summary>Prometheus' query API at a path of the API server's own: what Kubernetes has in a Service, this server has at hand.</summary>
internal static class MetricsEndpoint
{
    private const string Instant = "/linkerd-local/prometheus/api/v1/query";
    private const string Range = Instant + "_range";

    public static async Task<bool> TryHandleAsync(ApiRequest request, IMetricsSource? source, TimeProvider clock)
    {
        if (source is null || request.Path.Path is not (Instant or Range))
            return false;
        var http = request.Http;
        var query = http.Request.Query;
        var (status, body) = request.Path.Path == Instant
            ? await PrometheusAnswers.AnswerAsync(source, query["query"], clock, http.RequestAborted)
            : await PrometheusAnswers.AnswerRangeAsync(source, query["query"], query["start"], query["end"], query["step"], http.RequestAborted);
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        await using var writer = new StreamWriter(http.Response.Body);
        await writer.WriteAsync(body.AsMemory(), http.RequestAborted);
        return true;
    }
}
