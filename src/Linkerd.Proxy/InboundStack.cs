using Linkerd.Http;
using Linkerd.Model;
using Linkerd.Net;
using Linkerd.Proxy.Accept;
using Linkerd.Proxy.Authorize;
using Linkerd.Proxy.Config;
using Linkerd.Proxy.Connect;
using Linkerd.Proxy.Detect;
using Linkerd.Proxy.Errors;
using Linkerd.Proxy.Inbound;
using Linkerd.Proxy.Metrics;
using Linkerd.Proxy.Stack;
using Linkerd.Telemetry;

namespace Linkerd.Proxy;

/// <summary>
/// From the network to the local application: accept → detect (TLS, then HTTP) → authorise → route → connect. One per worker.
/// </summary>
public sealed class InboundStack : IConnectionService<Accepted>
{
    /// <summary>Names of TLS that is passed through, told apart in metrics.</summary>
    internal const int MaxServerNames = 100;

    /// <summary>Names and ports of transport headers, told apart in metrics.</summary>
    private const int MaxHeaderTargets = 1000;

    private readonly Dictionary<int, InboundPort> _ports = [];
    private readonly BoundedNames _serverNames = new(MaxServerNames);
    private readonly BoundedNames _headerTargets = new(MaxHeaderTargets);
    private readonly HashSet<IHttpConnection> _connections = [];
    private readonly SharedConnectionMetrics<(SocketAddress, int, ServerTls, Meta)> _accepted;
    private readonly InboundConfig _config;
    private readonly Logger _log;

    public InboundStack(ProxyRuntime runtime, Worker worker, WorkerServices services)
    {
        ArgumentNullException.ThrowIfNull(runtime);
        Runtime = runtime;
        Worker = worker;
        Services = services;
        _config = runtime.Config.Inbound;
        _log = runtime.Log.For("linkerd_proxy::inbound");
        PolicyLog = runtime.Log.For("linkerd_proxy::inbound::policy");
        _accepted = new SharedConnectionMetrics<(SocketAddress, int, ServerTls, Meta)>(MetricsOf);
        Applications = new SharedConnectionMetrics<SocketAddress>(MetricsOf);
        Profiles = new InboundProfiles(runtime, worker);
    }

    internal ProxyRuntime Runtime { get; }

    internal Worker Worker { get; }

    internal WorkerServices Services { get; }

    /// <summary>Where audited and denied requests and connections are logged.</summary>
    internal Logger PolicyLog { get; }

    /// <summary>Service profiles of the names that requests were sent to.</summary>
    internal InboundProfiles Profiles { get; }

    /// <summary>Metrics of opaque connections to the application.</summary>
    internal SharedConnectionMetrics<SocketAddress> Applications { get; }

    /// <summary>Where direct connections with a name go; set before the first connection.</summary>
    internal GatewayStack? Gateway { get; set; }

    /// <summary>Begins to watch the policies of the ports that are known from the start.</summary>
    public void WatchPorts()
    {
        foreach (int port in _config.Ports.Ports) PortFor(port);
    }

    public void Serve(Transport transport, Accepted target) => _ = ServeAsync(transport, target);

    /// <summary>Connections finish what they have.</summary>
    public void Drain()
    {
        foreach (IHttpConnection connection in _connections.ToArray()) connection.Drain();
    }

    internal void Forget(InboundPort port) => _ports.Remove(port.Port);

    internal void OnExchangeEnd(HttpExchange exchange)
    {
        Runtime.InboundInFlight.Exit(Worker.Index);
        // What policy refused is counted by families of its own.
        if (!exchange.Error.IsNone && exchange.Error.Kind is not (ProxyErrorKind.Unauthorized or ProxyErrorKind.RouteNotFound)) CountHttpError(exchange.Error.Kind);
    }

    internal void CountHttpError(ProxyErrorKind kind)
        => Runtime.Metrics.InboundHttpErrors.With(Labels.Of("error", ErrorTable.Of(kind).Label)).For(Worker.Index).Increment();

    private async Task ServeAsync(Transport transport, Accepted accepted)
    {
        try
        {
            if (accepted.IsDirect) await ServeDirectAsync(transport, accepted);
            else await ServeRedirectedAsync(transport, accepted);
        }
        catch (DetectException exception)
        {
            Fail(transport, accepted, exception.Reason, exception.Message);
        }
        catch (ConnectException exception)
        {
            Fail(transport, accepted, "i/o", exception.Message);
        }
        catch (Exception exception) when (exception is NetException or TlsException or IOException)
        {
            Fail(transport, accepted, "i/o", exception.Message);
        }
        catch (Exception exception)
        {
            // One connection's defect must not go unseen, nor take the others with it.
            _log.Error($"unexpected error: {exception}");
            Fail(transport, accepted, "unexpected", exception.Message);
        }
    }

    private async Task ServeRedirectedAsync(Transport transport, Accepted accepted)
    {
        InboundPort port = PortFor(accepted.OriginalDestination.Port);
        TlsDetection detection = await DetectTlsAsync(transport, accepted, port.Policy);
        var peer = new HttpPeer(accepted, detection.Tls);
        DetectedProtocol protocol = await ProtocolAsync(detection, port);

        // Nobody used the port meanwhile, so that it may have been forgotten.
        Dispatch(detection.Transport, peer, PortFor(port.Port), protocol, accepted.OriginalDestination);
    }

    /// <summary>A peer proxy connected to our own port: a transport header says what for. TLS and an identity are mandatory.</summary>
    private async Task ServeDirectAsync(Transport transport, Accepted accepted)
    {
        if (Worker.Tls is not { } contexts) throw new DetectException("identity required", "a direct connection needs TLS, and this proxy has no identity");
        TlsDetection detection = await Services.Detector.DetectTlsAsync(transport, contexts, _config.DetectTimeout);
        if (detection.Tls is not { State: ServerTlsState.Established, Client: { } client })
            throw new DetectException("identity required", "a direct connection must be authenticated");
        if (detection.Tls.Alpn != TransportHeader.Alpn)
            throw new DetectException("unexpected", "a direct connection must negotiate " + TransportHeader.Alpn);
        TransportHeader header = await Services.Detector.ReadTransportHeaderAsync(detection.Transport, _config.DetectTimeout);
        CountHeader(header, client);
        if (header.Name is not null)
        {
            Gateway!.Serve(detection.Transport, detection.Tls, accepted, header);
            return;
        }

        if (header.Port == accepted.Local.Port) throw new DetectException("unexpected", "the transport header leads back to this proxy");
        SocketAddress target = accepted.Local.WithPort(header.Port);
        InboundPort port = PortFor(header.Port);
        var peer = new HttpPeer(accepted with { OriginalDestination = target }, detection.Tls);
        DetectedProtocol protocol = header.Protocol switch
        {
            SessionProtocol.Http1 => DetectedProtocol.Http1,
            SessionProtocol.Http2 => DetectedProtocol.Http2,
            _ => DetectedProtocol.Opaque,
        };
        Dispatch(detection.Transport, peer, port, protocol, target);
    }

    private void CountHeader(TransportHeader header, PeerIdentity client)
    {
        string port = header.Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        bool isKnown = _headerTargets.Of($"{header.Name}:{port}").Length > 0;
        Runtime.Metrics.TransportHeaders.With(
            Labels.Of("session_protocol", header.Protocol switch { SessionProtocol.Http1 => "http/1", SessionProtocol.Http2 => "http/2", _ => string.Empty })
                .And("target_port", isKnown ? port : string.Empty)
                .And("target_name", isKnown ? header.Name ?? string.Empty : string.Empty)
                .And("client_id", client.Name)).For(Worker.Index).Increment();
    }

    private async ValueTask<TlsDetection> DetectTlsAsync(Transport transport, Accepted accepted, ServerPolicy policy)
    {
        if (policy.Protocol is ServerProtocol.Opaque or ServerProtocol.Tls) return new TlsDetection(transport, new ServerTls(ServerTlsState.PortSkipped));
        if (Runtime.Config.Identity is null || Worker.Tls is not { } contexts) return new TlsDetection(transport, new ServerTls(ServerTlsState.Disabled));
        if (System.Net.IPAddress.IsLoopback(accepted.Client.ToIPAddress()) && System.Net.IPAddress.IsLoopback(accepted.OriginalDestination.ToIPAddress()))
            return new TlsDetection(transport, new ServerTls(ServerTlsState.Loopback));
        TlsDetection detection = await Services.Detector.DetectTlsAsync(transport, contexts, policy.DetectTimeout);
        if (detection.Tls is not { State: ServerTlsState.Passthrough, ServerName: { } name }) return detection;
        return detection with { Tls = detection.Tls with { ServerName = _serverNames.Of(name) } };
    }

    private async ValueTask<DetectedProtocol> ProtocolAsync(TlsDetection detection, InboundPort port)
    {
        ServerPolicy policy = port.Policy;
        if (detection.Tls.State == ServerTlsState.Passthrough) return DetectedProtocol.Opaque;
        switch (policy.Protocol)
        {
            case ServerProtocol.Opaque or ServerProtocol.Tls:
                return DetectedProtocol.Opaque;
            case ServerProtocol.Http2 or ServerProtocol.Grpc:
                return DetectedProtocol.Http2;
            case ServerProtocol.Http1 when detection.Tls.State != ServerTlsState.Established:
                return DetectedProtocol.Http1;
            default:
                // Between meshed proxies HTTP/1 travels as HTTP/2, whatever the port speaks.
                DetectedProtocol found = await port.Detection.DetectAsync(Services.Detector, detection.Transport, policy.DetectTimeout);
                if (found != DetectedProtocol.TimedOut) return found;
                return policy.Protocol == ServerProtocol.Http1 ? DetectedProtocol.Http1 : DetectedProtocol.Opaque;
        }
    }

    private void Dispatch(Transport transport, HttpPeer peer, InboundPort port, DetectedProtocol protocol, SocketAddress target)
    {
        if (protocol == DetectedProtocol.Closed || transport.IsClosed)
        {
            transport.Close();
            return;
        }

        if (_log.IsEnabled(LogLevel.Debug))
            _log.Log(LogLevel.Debug, $"Connection accepted protocol={protocol} tls={peer.Tls.State} client.id={peer.Tls.Client?.Name}", $"inbound:accept{{client.addr={peer.Accepted.Client}}}:server{{port={port.Port}}}");
        if (protocol is DetectedProtocol.Http1 or DetectedProtocol.Http2) ServeHttp(transport, peer, port, protocol, target);
        else ServeOpaque(transport, peer, port, target);
    }

    /// <summary>Requests that policy allows go to <paramref name="next"/>, or to the application.</summary>
    internal void ServeHttp(Transport transport, HttpPeer peer, InboundPort port, DetectedProtocol protocol, SocketAddress target, IHttpService? next = null)
    {
        IConnectionTracker tracker = Track(transport, peer, port);
        port.Enter();
        IHttpConnection? connection = null;
        connection = Services.HttpServers.Serve(transport, HttpOptions.Server(Direction.Inbound, _config, protocol), peer, new InboundHttp(this, port, peer, target, next), fault =>
        {
            tracker.Closed(fault);
            port.Exit();
            if (connection is not null) _connections.Remove(connection);
        });
        _connections.Add(connection);
        if (Worker.IsDraining) connection.Drain();
    }

    /// <summary>A connection that policy allows goes to <paramref name="next"/>, or to the application.</summary>
    internal void ServeOpaque(Transport transport, HttpPeer peer, InboundPort port, SocketAddress target, OpaqueService? next = null)
        => _ = ServeTcpAsync(transport, peer, port, new InboundTcp(this, port, peer, target, next));

    private async Task ServeTcpAsync(Transport transport, HttpPeer peer, InboundPort port, InboundTcp tcp)
    {
        IConnectionTracker tracker = Track(transport, peer, port);
        port.Enter();
        try
        {
            await tcp.RunAsync(transport, fault =>
            {
                tracker.Closed(fault);
                port.Exit();
            });
        }
        catch (Exception exception)
        {
            tracker.Closed(new TransportFault(TransportFaultKind.Io, (exception as ConnectException)?.Errno ?? 0));
            port.Exit();
            Fail(transport, peer.Accepted, exception is DetectException refused ? refused.Reason : exception is ConnectException or IOException ? "i/o" : "unexpected", exception.Message);
        }
    }

    private IConnectionTracker Track(Transport transport, HttpPeer peer, InboundPort port)
        => _accepted.For((peer.Accepted.OriginalDestination, port.Port, peer.Tls, port.Policy.Meta)).Opened(transport);

    private ConnectionMetrics MetricsOf((SocketAddress Target, int Port, ServerTls Tls, Meta Server) client)
    {
        Labels labels = Labels.Of("direction", "inbound").And("peer", "src").And(ProxyLabels.Target(client.Target))
            .And(ProxyLabels.Tls(client.Tls)).And(ProxyLabels.Server(client.Server, client.Port));
        return new ConnectionMetrics(Runtime.Metrics, Worker.Connections, labels, Worker.Index);
    }

    private ConnectionMetrics MetricsOf(SocketAddress application)
    {
        Labels labels = Labels.Of("direction", "inbound").And("peer", "dst").And(ProxyLabels.Target(application)).And("tls", "no_identity").And("no_tls_reason", "loopback");
        return new ConnectionMetrics(Runtime.Metrics, Worker.Connections, labels, Worker.Index);
    }

    internal InboundPort PortFor(int number)
    {
        if (_ports.TryGetValue(number, out InboundPort? known)) return known;
        var made = new InboundPort(this, number, InboundDefaults.For(Runtime.Config, number));
        _ports.Add(number, made);
        return made;
    }

    private void Fail(Transport transport, Accepted accepted, string error, string message)
    {
        Runtime.Metrics.InboundTcpErrors.With(Labels.Of("error", error).And(ProxyLabels.Target(accepted.OriginalDestination))).For(Worker.Index).Increment();
        _log.Log(LogLevel.Info, $"Connection closed error={message}", $"inbound:accept{{client.addr={accepted.Client}}}");
        RefusedConnection.End(transport);
    }
}
