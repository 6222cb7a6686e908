using System.Globalization;
using System.Text.Json;
using Linkerd.Kubernetes;
using Linkerd.Stats.Store;

namespace Linkerd.Stats.Prometheus;

/// <summary>
/// Asks a Prometheus-compatible HTTP API: a Prometheus, or the embedded source of <c>linkerd local</c>, which answers the
/// same requests. Answers over 64 MiB are refused; the caller's token bounds the time.
/// </summary>
public sealed class PrometheusSource : IMetricsSource
{
    private const int MaxResponseBytes = 64 * 1024 * 1024;
    private readonly Func<string, CancellationToken, Task<string>> _get;
    private readonly string _where;

    private PrometheusSource(Func<string, CancellationToken, Task<string>> get, string where)
    {
        _get = get;
        _where = where;
    }

    /// <summary>A source at an address that this process reaches, <c>GET {address}/api/v1/query</c>.</summary>
    public static PrometheusSource At(HttpMessageInvoker http, Uri address)
    {
        var root = address.AbsoluteUri.TrimEnd('/') + "/";
        return new PrometheusSource((path, cancel) => GetAsync(http, new Uri(root + path), cancel), root);
    }

    /// <summary>A source behind the API server, under <paramref name="path"/>: a Service reached through the server's proxy, or the server itself.</summary>
    public static PrometheusSource Through(KubernetesClient client, string path)
    {
        var root = path.Trim('/') + "/";
        return new PrometheusSource((tail, cancel) => client.RawAsync(HttpMethod.Get, root + tail, null, cancel), new Uri(client.Config.Server, root).AbsoluteUri);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<VectorSample>> QueryAsync(string query, CancellationToken cancellationToken)
    {
        var data = await AskAsync("api/v1/query?query=" + Uri.EscapeDataString(query), "vector", query, cancellationToken);
        return [.. data.Result.Select(row => new VectorSample(LabelSet.Of(row.Metric), ValueOf(row.Value, query)))];
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<RangeSeries>> QueryRangeAsync(string query, TimeRange range, CancellationToken cancellationToken)
    {
        var path = string.Create(
            CultureInfo.InvariantCulture,
            $"api/v1/query_range?query={Uri.EscapeDataString(query)}&start={range.StartMs / 1000.0:0.000}&end={range.EndMs / 1000.0:0.000}&step={range.StepMs / 1000.0:0.000}");
        var data = await AskAsync(path, "matrix", query, cancellationToken);
        return [.. data.Result.Select(row => new RangeSeries(
            LabelSet.Of(row.Metric), [.. (row.Values ?? []).Select(pair => new Point(TimeOf(pair, query), ValueOf(pair, query)))]))];
    }

    private async Task<PrometheusData> AskAsync(string path, string resultType, string query, CancellationToken cancellationToken)
    {
        PrometheusResponse? response;
        try
        {
            response = JsonSerializer.Deserialize(await _get(path, cancellationToken), PrometheusJson.Default.PrometheusResponse);
        }
        catch (Exception e) when (e is HttpRequestException or KubernetesException)
        {
            throw new MetricsSourceException($"{_where} could not be asked: {e.Message}. Is Prometheus running, and is this address right?", e);
        }
        catch (JsonException e)
        {
            throw new MetricsSourceException($"{_where} did not answer as Prometheus' HTTP API does: {e.Message}", e);
        }

        if (response is not { Status: "success", Data: { } data })
            throw new MetricsSourceException($"{_where} refused the query: {response?.ErrorType}: {response?.Error} (query: {query})");
        return data.ResultType == resultType
            ? data
            : throw new MetricsSourceException($"{_where} answered a {data.ResultType} where a {resultType} was expected (query: {query})");
    }

    private static async Task<string> GetAsync(HttpMessageInvoker http, Uri address, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        using var response = await http.SendAsync(request, cancellationToken);
        await response.Content.LoadIntoBufferAsync(MaxResponseBytes, cancellationToken);
        var body = await response.Content.ReadAsStringAsync(cancellationToken);
        // Errors of Prometheus itself are JSON; what a proxy or a gateway answers in its place is not.
        if (!response.IsSuccessStatusCode && !body.AsSpan().TrimStart().StartsWith('{'))
        {
            var why = response.Headers.TryGetValues("l5d-proxy-error", out var errors) ? $" ({string.Join(", ", errors)})" : "";
            throw new HttpRequestException($"the answer was {(int)response.StatusCode} {response.ReasonPhrase}{why}", null, response.StatusCode);
        }

        return body;
    }

    private long TimeOf(IReadOnlyList<JsonElement> pair, string query) =>
        pair.Count == 2 && pair[0].ValueKind == JsonValueKind.Number
            ? (long)Math.Round(pair[0].GetDouble() * 1000)
            : throw new MetricsSourceException($"{_where} answered a row without a time (query: {query})");

    private double ValueOf(IReadOnlyList<JsonElement>? pair, string query)
    {
        if (pair is { Count: 2 } && pair[1].ValueKind == JsonValueKind.String)
        {
            switch (pair[1].GetString())
            {
                case "+Inf":
                    return double.PositiveInfinity;
                case "-Inf":
                    return double.NegativeInfinity;
                case var text when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value):
                    return value;
            }
        }

        throw new MetricsSourceException($"{_where} answered a row without a value (query: {query})");
    }
}
