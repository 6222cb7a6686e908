using Linkerd.Telemetry;

namespace Linkerd.Proxy.Metrics;

/// <summary>Every family that the data path writes.</summary>
public sealed class ProxyMetrics
{
    /// <summary>Upper bounds of <c>response_latency_ms</c>.</summary>
    private static readonly double[] s_latencyMs =
        [1, 2, 3, 4, 5, 10, 20, 30, 40, 50, 100, 200, 300, 400, 500, 1000, 2000, 3000, 4000, 5000, 10000, 20000, 30000, 40000, 50000];

    private readonly BalancerFamilies _identityBalancers;
    private readonly BalancerFamilies _destinationBalancers;
    private readonly BalancerFamilies _policyBalancers;

    public ProxyMetrics(MetricRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        Registry = registry;
        Requests = registry.Counter("request_total", "Total count of HTTP requests.");
        Responses = registry.Counter("response_total", "Total count of HTTP responses.");
        ResponseLatency = registry.Histogram("response_latency_ms", "Elapsed times between a request's headers being received and its response stream completing", s_latencyMs);
        ControlRequests = registry.Counter("control_request_total", "Total count of HTTP requests.");
        ControlResponses = registry.Counter("control_response_total", "Total count of HTTP responses.");
        ControlLatency = registry.Histogram("control_response_latency_ms", "Elapsed times between a request's headers being received and its response stream completing", s_latencyMs);
        TcpOpen = registry.Counter("tcp_open_total", "Total count of opened connections");
        TcpOpenConnections = registry.Gauge("tcp_open_connections", "Number of currently-open connections");
        TcpClose = registry.Counter("tcp_close_total", "Total count of closed connections");
        TcpReadBytes = registry.Counter("tcp_read_bytes_total", "Total count of bytes read from peers");
        TcpWriteBytes = registry.Counter("tcp_write_bytes_total", "Total count of bytes written to peers");
        HttpBalancers = new BalancerFamilies(registry, "outbound_http");
        TcpBalancers = new BalancerFamilies(registry, "outbound_tcp");
        _identityBalancers = new BalancerFamilies(registry, "control_identity");
        _destinationBalancers = new BalancerFamilies(registry, "control_destination");
        _policyBalancers = new BalancerFamilies(registry, "control_policy");
        DnsResolutions = registry.Counter("control_dns_resolutions_total", "Counts the number of DNS records that have been resolved.");
        Stack = new StackFamilies(registry);
        InboundDetect = new DetectFamilies(registry, "inbound");
        OutboundDetect = new DetectFamilies(registry, "outbound");
        TcpRoutes = new TcpRouteFamilies(registry, "outbound_tcp");
        TlsRoutes = new TcpRouteFamilies(registry, "outbound_tls");
        TlsBalancers = new BalancerFamilies(registry, "outbound_tls");
        TransportHeaders = registry.Counter("inbound_tcp_transport_header_connections_total", "TCP connections with transport headers");
        OutboundProtocols = registry.Counter("outbound_tcp_protocol_connections_total", "Outbound TCP connections by protocol configuration");
        TcpAcceptErrors = registry.Counter("tcp_accept_errors_total", "Total count of connections that could not be accepted, by system error; EMFILE and ENFILE pause accepting");
        InboundHttpErrors = registry.Counter("inbound_http_errors_total", "The total number of inbound HTTP requests that could not be processed due to a proxy error.");
        OutboundHttpErrors = registry.Counter("outbound_http_errors_total", "The total number of outbound HTTP requests that could not be processed due to a proxy error.");
        InboundTcpErrors = registry.Counter("inbound_tcp_errors_total", "The total number of inbound TCP connections that could not be processed due to a proxy error.");
        OutboundTcpErrors = registry.Counter("outbound_tcp_errors_total", "The total number of outbound TCP connections that could not be processed due to a proxy error.");
        HttpAuthzAllow = registry.Counter("inbound_http_authz_allow_total", "The total number of inbound HTTP requests that were authorized");
        HttpAuthzDeny = registry.Counter("inbound_http_authz_deny_total", "The total number of inbound HTTP requests that could not be processed due to a proxy error.");
        HttpRouteNotFound = registry.Counter("inbound_http_route_not_found_total", "The total number of inbound HTTP requests that could not be associated with a route");
        InboundRoutes = new InboundRouteFamilies(registry);
        TcpAuthzAllow = registry.Counter("inbound_tcp_authz_allow_total", "The total number of inbound TCP connections that were authorized");
        TcpAuthzDeny = registry.Counter("inbound_tcp_authz_deny_total", "The total number of inbound TCP connections that were denied");
        TcpAuthzTerminate = registry.Counter("inbound_tcp_authz_terminate_total", "The total number of inbound TCP connections that were terminated due to an authorization change");
        HttpRoutes = new OutboundRouteFamilies(registry, isGrpc: false);
        GrpcRoutes = new OutboundRouteFamilies(registry, isGrpc: true);
        ProfileRoutes = new ProfileRouteFamilies(registry, s_latencyMs);
    }

    public MetricRegistry Registry { get; }

    /// <summary>The families of a client of the control plane: <c>identity</c>, <c>destination</c> or <c>policy</c>; null for others.</summary>
    public BalancerFamilies? ControlBalancers(string client) => client switch
    {
        "identity" => _identityBalancers,
        "destination" => _destinationBalancers,
        "policy" => _policyBalancers,
        _ => null,
    };

    public MetricFamily<Counter> Requests { get; }

    public MetricFamily<Counter> Responses { get; }

    public MetricFamily<Histogram> ResponseLatency { get; }

    public MetricFamily<Counter> ControlRequests { get; }

    public MetricFamily<Counter> ControlResponses { get; }

    public MetricFamily<Histogram> ControlLatency { get; }

    public MetricFamily<Counter> TcpOpen { get; }

    public MetricFamily<Gauge> TcpOpenConnections { get; }

    public MetricFamily<Counter> TcpClose { get; }

    public MetricFamily<Counter> TcpReadBytes { get; }

    public MetricFamily<Counter> TcpWriteBytes { get; }

    public BalancerFamilies HttpBalancers { get; }

    public BalancerFamilies TcpBalancers { get; }

    public MetricFamily<Counter> DnsResolutions { get; }

    public StackFamilies Stack { get; }

    public DetectFamilies InboundDetect { get; }

    public DetectFamilies OutboundDetect { get; }

    public TcpRouteFamilies TcpRoutes { get; }

    public TcpRouteFamilies TlsRoutes { get; }

    public BalancerFamilies TlsBalancers { get; }

    public MetricFamily<Counter> TransportHeaders { get; }

    public MetricFamily<Counter> OutboundProtocols { get; }

    public MetricFamily<Counter> TcpAcceptErrors { get; }

    public MetricFamily<Counter> InboundHttpErrors { get; }

    public MetricFamily<Counter> OutboundHttpErrors { get; }

    public MetricFamily<Counter> InboundTcpErrors { get; }

    public MetricFamily<Counter> OutboundTcpErrors { get; }

    public MetricFamily<Counter> HttpAuthzAllow { get; }

    public MetricFamily<Counter> HttpAuthzDeny { get; }

    public MetricFamily<Counter> HttpRouteNotFound { get; }

    public InboundRouteFamilies InboundRoutes { get; }

    public MetricFamily<Counter> TcpAuthzAllow { get; }

    public MetricFamily<Counter> TcpAuthzDeny { get; }

    public MetricFamily<Counter> TcpAuthzTerminate { get; }

    public OutboundRouteFamilies HttpRoutes { get; }

    public OutboundRouteFamilies GrpcRoutes { get; }

    public ProfileRouteFamilies ProfileRoutes { get; }
}
