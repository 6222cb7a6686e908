using System.Globalization;
using System.Text.Json;

namespace Linkerd.Stats.Prometheus;

/// <summary>
/// Asks a Prometheus-compatible HTTP API: a Prometheus, or the embedded source of <c>linkerd local</c>, which answers the
/// same requests. Answers over 64 MiB are refused; the caller's token bounds the time.
/// </summary>
public sealed class PrometheusSource : IMetricsSource
{
    private const int MaxResponseBytes = 64 * 1024 * 1024;
    private readonly HttpMessageInvoker _http;
    private readonly Uri _base;

    /// <summary>Creates a source that sends <c>POST {baseAddress}api/v1/query</c> through <paramref name="http"/>.</summary>
    public PrometheusSource(HttpMessageInvoker http, Uri baseAddress)
    {
        _http = http;
        _base = baseAddress.AbsoluteUri.EndsWith('/') ? baseAddress : new Uri(baseAddress.AbsoluteUri + "/");
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<VectorSample>> QueryAsync(string query, CancellationToken cancellationToken)
    {
        var response = await SendAsync(query, cancellationToken);
        if (response.Status != "success" || response.Data is null)
            throw new MetricsSourceException($"{_base} refused the query: {response.ErrorType}: {response.Error} (query: {query})");
        if (response.Data.ResultType != "vector")
            throw new MetricsSourceException($"{_base} answered a {response.Data.ResultType} where a vector was expected (query: {query})");
        return [.. response.Data.Result.Select(row => new VectorSample(LabelSet.Of(row.Metric), ValueOf(row, query)))];
    }

    private async Task<PrometheusResponse> SendAsync(string query, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_base, "api/v1/query?query=" + Uri.EscapeDataString(query)));
        try
        {
            using var response = await _http.SendAsync(request, cancellationToken);
            await response.Content.LoadIntoBufferAsync(MaxResponseBytes, cancellationToken);
            await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            return await JsonSerializer.DeserializeAsync(body, PrometheusJson.Default.PrometheusResponse, cancellationToken)
                ?? throw new MetricsSourceException($"{_base} answered an empty document");
        }
        catch (HttpRequestException e)
        {
            throw new MetricsSourceException($"{_base} could not be reached: {e.Message}. Is Prometheus running, and is this address right?", e);
        }
        catch (JsonException e)
        {
            throw new MetricsSourceException($"{_base} did not answer as Prometheus' HTTP API does: {e.Message}", e);
        }
    }

    private double ValueOf(PrometheusRow row, string query)
    {
        if (row.Value.Count == 2 && row.Value[1].ValueKind == JsonValueKind.String)
        {
            switch (row.Value[1].GetString())
            {
                case "+Inf":
                    return double.PositiveInfinity;
                case "-Inf":
                    return double.NegativeInfinity;
                case var text when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value):
                    return value;
            }
        }

        throw new MetricsSourceException($"{_base} answered a row without a value (query: {query})");
    }
}
