using System.Globalization;
using System.Text.Json;

namespace Linkerd.Stats.Prometheus;

/// <summary>The other side of <see cref="PrometheusSource"/>: a query of Prometheus' HTTP API answered from any source.</summary>
public static class PrometheusAnswers
{
    /// <summary>The HTTP status and the JSON body of the answer to <c>/api/v1/query?query=…</c>.</summary>
    public static async Task<(int Status, string Body)> AnswerAsync(IMetricsSource source, string? query, TimeProvider time, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(query))
            return (400, Write(Failure("parameter query is missing")));
        try
        {
            var vector = await source.QueryAsync(query, cancellationToken);
            var now = (time.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0).ToString(CultureInfo.InvariantCulture);
            return (200, Write(new PrometheusResponse { Status = "success", Data = new PrometheusData { Result = [.. vector.Select(s => Row(s, now))] } }));
        }
        catch (MetricsSourceException e)
        {
            return (400, Write(Failure(e.Message)));
        }
    }

    private static PrometheusRow Row(VectorSample sample, string now)
    {
        var value = double.IsPositiveInfinity(sample.Value) ? "+Inf"
            : double.IsNegativeInfinity(sample.Value) ? "-Inf"
            : sample.Value.ToString("R", CultureInfo.InvariantCulture);
        using var pair = JsonDocument.Parse($"[{now},\"{value}\"]");
        return new PrometheusRow
        {
            Metric = sample.Labels.ToDictionary(p => p.Key, p => p.Value),
            Value = [pair.RootElement[0].Clone(), pair.RootElement[1].Clone()],
        };
    }

    private static PrometheusResponse Failure(string message) => new() { Status = "error", ErrorType = "bad_data", Error = message };

    private static string Write(PrometheusResponse response) => JsonSerializer.Serialize(response, PrometheusJson.Default.PrometheusResponse);
}
