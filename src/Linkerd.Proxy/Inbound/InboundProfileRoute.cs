using Linkerd.Proxy.Metrics;
using Linkerd.Proxy.Stack;

namespace Linkerd.Proxy.Inbound;

/// <summary>One route of a service profile on the server's side: it counts, and says what a failure is. Retries and timeouts are the client's.</summary>
internal sealed class InboundProfileRoute(IResponseClassifier? classifier, ProfileRouteSeries series)
{
    /// <summary>A request goes to the application.</summary>
    public void OnForward(HttpExchange exchange)
    {
        exchange.Classifier = classifier;
        exchange.InboundRoute = this;
        series.Requests.Increment();
    }

    public void OnEnd(HttpExchange exchange) => series.OnEnd(exchange, exchange.StartedAt);
}
