using Linkerd.Http;
using Linkerd.Model;
using Linkerd.Proxy.Connect;
using Linkerd.Proxy.Detect;
using Linkerd.Proxy.Metrics;
using Linkerd.Proxy.Stack;

namespace Linkerd.Proxy.Balance;

/// <summary>What a request to an endpoint goes through below the balancer, composed once: headers, metrics, the right client.</summary>
public sealed class EndpointStack
{
    private readonly HttpClientTarget _target;
    private readonly IHttpClientFactory _clients;
    private readonly IConnectionMetrics _connections;
    private readonly byte[]? _authority;
    private HttpClient? _upgrades;

    public EndpointStack(HttpClientTarget target, IHttpClientFactory clients, HttpEndpointMetrics metrics, IConnectionMetrics connections)
    {
        ArgumentNullException.ThrowIfNull(clients);
        _target = target;
        _clients = clients;
        _connections = connections;
        Metrics = metrics;
        Client = clients.Create(target, connections);
        Client.ReadyChanged = _ => ReadyChanged?.Invoke();
        if (target.AuthorityOverride is { } authority) _authority = System.Text.Encoding.ASCII.GetBytes(authority);
    }

    public HttpClient Client { get; }

    public HttpEndpointMetrics Metrics { get; }

    /// <summary>Requests travel in the mesh's TLS.</summary>
    public bool IsTls => _target.Connect.Tls is not null;

    /// <summary>Requests get another authority.</summary>
    internal bool RenamesRequests => _authority is not null;

    internal Action? ReadyChanged { get; set; }

    /// <summary>An upgrade cannot travel in HTTP/2: it gets a connection of its own.</summary>
    public HttpClient ClientFor(HttpExchange exchange)
    {
        if (!_target.UpgradesHttp1 || !exchange.Request.IsUpgrade) return Client;
        return _upgrades ??= _clients.Create(ForUpgrades(), _connections);
    }

    internal void Prepare(HttpExchange exchange)
    {
        if (_authority is not null) exchange.Request.SetAuthority(_authority);
    }

    internal void OnResponse(HttpExchange exchange, HeaderBlock response) => Metrics.OnResponse(exchange, response);

    internal void Retire()
    {
        ReadyChanged = null;
        Client.Retire();
        _upgrades?.Retire();
    }

    private HttpClientTarget ForUpgrades()
    {
        ConnectTarget connect = _target.Connect;
        if (connect.Header is { Protocol: SessionProtocol.Http2 } header) connect = connect with { Header = header with { Protocol = SessionProtocol.Http1 } };
        return _target with { Protocol = HttpProtocol.Http11, UpgradesHttp1 = false, Connect = connect };
    }
}
