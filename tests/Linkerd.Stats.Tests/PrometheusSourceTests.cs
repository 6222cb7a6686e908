using System.Net;
using Linkerd.Stats.Prometheus;

namespace Linkerd.Stats.Tests;

public sealed class PrometheusSourceTests
{
    [Fact]
    public async Task What_a_proxy_answers_in_the_place_of_Prometheus_is_told_as_it_is()
    {
        using var http = new HttpMessageInvoker(new Answer(static () =>
        {
            var response = new HttpResponseMessage(HttpStatusCode.GatewayTimeout) { Content = new ByteArrayContent([]) };
            response.Headers.Add("l5d-proxy-error", "no endpoint is ready: failing fast");
            return response;
        }));
        var fault = await Assert.ThrowsAsync<MetricsSourceException>(() => Ask(http));
        Assert.Equal(
            "http://prometheus.example:9090/ could not be asked: the answer was 504 Gateway Timeout (no endpoint is ready: failing fast). Is Prometheus running, and is this address right?",
            fault.Message);
    }

    [Fact]
    public async Task What_Prometheus_says_against_a_query_is_told()
    {
        using var http = new HttpMessageInvoker(new Answer(static () => new HttpResponseMessage(HttpStatusCode.BadRequest)
        {
            Content = new StringContent("""{"status":"error","errorType":"bad_data","error":"1:1: parse error"}"""),
        }));
        var fault = await Assert.ThrowsAsync<MetricsSourceException>(() => Ask(http));
        Assert.Equal("http://prometheus.example:9090/ refused the query: bad_data: 1:1: parse error (query: up)", fault.Message);
    }

    private static async Task Ask(HttpMessageInvoker http) =>
        await PrometheusSource.At(http, new Uri("http://prometheus.example:9090")).QueryAsync("up", TestContext.Current.CancellationToken);

    private sealed class Answer(Func<HttpResponseMessage> make) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(make());
    }
}
