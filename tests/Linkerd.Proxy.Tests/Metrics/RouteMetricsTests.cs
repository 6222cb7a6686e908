using System.Text;
using Linkerd.Http;
using Linkerd.Net;
using Linkerd.Proxy.Errors;
using Linkerd.Proxy.Metrics;
using Linkerd.Proxy.Stack;
using Linkerd.Telemetry;

namespace Linkerd.Proxy.Tests.Metrics;

public sealed class RouteMetricsTests : IDisposable
{
    private readonly MetricRegistry _registry = new(1);
    private readonly EventLoop _loop = EventLoop.Create();

    [Fact]
    public void Host_names_are_shown_where_asked_for_up_to_a_limit()
    {
        var families = new OutboundRouteFamilies(_registry, isGrpc: false);
        var shown = new RouteMetrics(families, Labels.Of("parent_name", "a"), Labels.Of("route_name", "r"), hostnames: true, 0);
        for (int i = 0; i < RouteMetrics.MaxHostnames + 10; i++) End(shown, $"Host-{i}.example:80");
        End(shown, "host-0.EXAMPLE");
        string[] lines = Lines("outbound_http_route_request_statuses_total");
        Assert.Equal(RouteMetrics.MaxHostnames + 1, lines.Length);
        Assert.Contains("outbound_http_route_request_statuses_total{parent_name=\"a\",route_name=\"r\",hostname=\"host-0.example\",http_status=\"200\",error=\"\"} 2", lines);
        Assert.Contains("outbound_http_route_request_statuses_total{parent_name=\"a\",route_name=\"r\",hostname=\"\",http_status=\"200\",error=\"\"} 10", lines);
    }

    [Fact]
    public void Host_names_are_empty_by_default()
    {
        var families = new OutboundRouteFamilies(_registry, isGrpc: true);
        var hidden = new RouteMetrics(families, Labels.Of("parent_name", "a"), Labels.Of("route_name", "r"), hostnames: false, 0);
        End(hidden, "web:80", grpc: 14);
        End(hidden, "web:80", grpc: -1);
        Assert.Equal(
            ["outbound_grpc_route_request_statuses_total{parent_name=\"a\",route_name=\"r\",hostname=\"\",grpc_status=\"UNAVAILABLE\",error=\"\"} 1",
             "outbound_grpc_route_request_statuses_total{parent_name=\"a\",route_name=\"r\",hostname=\"\",grpc_status=\"\",error=\"\"} 1"],
            Lines("outbound_grpc_route_request_statuses_total"));
    }

    [Theory]
    [InlineData(ProxyErrorKind.FailFast, "FAIL_FAST")]
    [InlineData(ProxyErrorKind.LoadShed, "LOAD_SHED")]
    [InlineData(ProxyErrorKind.RequestTimeout, "REQUEST_TIMEOUT")]
    [InlineData(ProxyErrorKind.ResponseHeadersTimeout, "RESPONSE_HEADERS_TIMEOUT")]
    [InlineData(ProxyErrorKind.ResponseTimeout, "RESPONSE_STREAM_TIMEOUT")]
    [InlineData(ProxyErrorKind.IdleTimeout, "IDLE_TIMEOUT")]
    [InlineData(ProxyErrorKind.Io, "IO")]
    [InlineData(ProxyErrorKind.InjectedFailure, "UNKNOWN")]
    public void Errors_have_names(ProxyErrorKind kind, string label) => Assert.Equal(label, RouteErrors.Of(new Exchange(_loop, error: ProxyError.Of(kind))));

    [Theory]
    [InlineData(HttpFaultOrigin.Refused, HttpErrorCode.RefusedStream, "REFUSED")]
    [InlineData(HttpFaultOrigin.Refused, HttpErrorCode.NoError, "GO_AWAY")]
    [InlineData(HttpFaultOrigin.Peer, HttpErrorCode.Cancel, "CANCEL")]
    [InlineData(HttpFaultOrigin.Peer, HttpErrorCode.EnhanceYourCalm, "ENHANCE_YOUR_CALM")]
    [InlineData(HttpFaultOrigin.Peer, HttpErrorCode.InternalError, "RESET")]
    [InlineData(HttpFaultOrigin.Connection, HttpErrorCode.InternalError, "IO")]
    public void Faults_have_names(HttpFaultOrigin origin, HttpErrorCode code, string label) => Assert.Equal(label, RouteErrors.Of(new Exchange(_loop, fault: new HttpFault(origin, code))));

    public void Dispose() => _loop.Dispose();

    private void End(RouteMetrics metrics, string authority, int grpc = -1)
    {
        var exchange = new Exchange(_loop, grpc: grpc);
        exchange.Request.SetAuthority(Encoding.ASCII.GetBytes(authority));
        RouteMetrics.OnEnd(exchange, metrics.HostOf(exchange));
    }

    private string[] Lines(string family)
    {
        var text = new System.Buffers.ArrayBufferWriter<byte>();
        _registry.WriteText(text);
        return [.. Encoding.UTF8.GetString(text.WrittenSpan).Split('\n').Where(l => l.StartsWith(family + "{", StringComparison.Ordinal))];
    }

    private sealed class Exchange : HttpExchange
    {
        public Exchange(EventLoop loop, int grpc = -1, ProxyError error = default, HttpFault fault = default)
        {
            Worker = new Worker(0, loop);
            (Status, GrpcStatus, Error, Fault) = (200, grpc, error, fault);
        }

        public override Worker Worker { get; }

        public override HttpPeer Peer => throw new InvalidOperationException("not asked for");

        public override HeaderBlock Request { get; } = new();

        public override long RequestBytes => 0;

        public override long ResponseBytes => 0;

        public override void Forward(HttpClient client, IExchangeObserver? attempt) => throw new InvalidOperationException("not asked for");

        public override void Respond(ProxyError error) => throw new InvalidOperationException("not asked for");
    }
}
