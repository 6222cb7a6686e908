using System.Globalization;
using System.Text.Json;
using Linkerd.Stats.Query;

namespace Linkerd.Stats.Prometheus;

/// <summary>The other side of <see cref="PrometheusSource"/>: queries of Prometheus' HTTP API answered from any source.</summary>
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
            var now = time.GetUtcNow().ToUnixTimeMilliseconds();
            return (200, Write(Success("vector", [.. vector.Select(s => new PrometheusRow { Metric = Labels(s.Labels), Value = Pair(now, s.Value) })])));
        }
        catch (MetricsSourceException e)
        {
            return (400, Write(Failure(e.Message)));
        }
    }

    /// <summary>The HTTP status and the JSON body of the answer to <c>/api/v1/query_range?query=…&amp;start=…&amp;end=…&amp;step=…</c>.</summary>
    public static async Task<(int Status, string Body)> AnswerRangeAsync(
        IMetricsSource source, string? query, string? start, string? end, string? step, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(query))
            return (400, Write(Failure("parameter query is missing")));
        try
        {
            var range = new TimeRange(Milliseconds("start", start), Milliseconds("end", end), StepOf(step));
            var rows = await source.QueryRangeAsync(query, range, cancellationToken);
            return (200, Write(Success("matrix", [.. rows.Select(r => new PrometheusRow { Metric = Labels(r.Labels), Values = [.. r.Points.Select(p => Pair(p.TimeMs, p.Value))] })])));
        }
        catch (Exception e) when (e is MetricsSourceException or ArgumentException)
        {
            return (400, Write(Failure(e.Message)));
        }
    }

    private static long Milliseconds(string name, string? text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && Math.Abs(seconds) < 1e11
            ? (long)Math.Round(seconds * 1000)
            : throw new ArgumentException($"parameter {name}: '{text}' is not a time in Unix seconds");

    private static long StepOf(string? text) =>
        text is not null && PromDuration.Parse(text) is { } duration ? (long)duration.TotalMilliseconds : Milliseconds("step", text);

    private static Dictionary<string, string> Labels(LabelSet labels) => labels.ToDictionary(p => p.Key, p => p.Value);

    private static JsonElement[] Pair(long timeMs, double value)
    {
        var text = double.IsPositiveInfinity(value) ? "+Inf"
            : double.IsNegativeInfinity(value) ? "-Inf"
            : value.ToString("R", CultureInfo.InvariantCulture);
        using var pair = JsonDocument.Parse(string.Create(CultureInfo.InvariantCulture, $"[{timeMs / 1000.0},\"{text}\"]"));
        return [pair.RootElement[0].Clone(), pair.RootElement[1].Clone()];
    }

    private static PrometheusResponse Success(string resultType, IReadOnlyList<PrometheusRow> rows) =>
        new() { Status = "success", Data = new PrometheusData { ResultType = resultType, Result = rows } };

    private static PrometheusResponse Failure(string message) => new() { Status = "error", ErrorType = "bad_data", Error = message };

    private static string Write(PrometheusResponse response) => JsonSerializer.Serialize(response, PrometheusJson.Default.PrometheusResponse);
}
