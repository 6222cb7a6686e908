using System.Net;
using Linkerd.Http;
using Linkerd.Net;
using Linkerd.Proxy.Accept;
using Linkerd.Proxy.Config;
using Linkerd.Proxy.Connect;
using Linkerd.Proxy.Detect;
using Linkerd.Proxy.Discovery;
using Linkerd.Proxy.Errors;
using Linkerd.Proxy.Metrics;
using Linkerd.Proxy.Outbound;
using Linkerd.Proxy.Stack;
using Linkerd.Telemetry;

namespace Linkerd.Proxy;

/// <summary>
/// From the local application to the network: accept → discover → detect → route → balance → connect. One per worker.
/// </summary>
public sealed class OutboundStack : IConnectionService<Accepted>
{
    private static readonly ServerTls s_loopback = new(ServerTlsState.Loopback);

    private readonly Dictionary<OutboundDestination, OutboundTarget> _targets = [];
    private readonly HashSet<IHttpConnection> _connections = [];
    private readonly SharedConnectionMetrics<SocketAddress> _accepted;
    private readonly OutboundConfig _config;
    private readonly Logger _log;

    public OutboundStack(ProxyRuntime runtime, Worker worker, WorkerServices services)
    {
        ArgumentNullException.ThrowIfNull(runtime);
        Runtime = runtime;
        Worker = worker;
        Services = services;
        _config = runtime.Config.Outbound;
        _log = runtime.Log.For("linkerd_proxy::outbound");
        _accepted = new SharedConnectionMetrics<SocketAddress>(MetricsOf);
    }

    internal ProxyRuntime Runtime { get; }

    internal Worker Worker { get; }

    internal WorkerServices Services { get; }

    public void Serve(Transport transport, Accepted target) => _ = ServeAsync(transport, target);

    /// <summary>Connections finish what they have.</summary>
    public void Drain()
    {
        foreach (IHttpConnection connection in _connections.ToArray()) connection.Drain();
    }

    /// <summary>Counts a connection that was refused when it was accepted.</summary>
    public void OnRefused(AcceptRefusal refusal)
    {
        if (refusal == AcceptRefusal.Loop) Runtime.Metrics.OutboundTcpErrors.With(Labels.Of("error", "loop")).For(Worker.Index).Increment();
    }

    /// <summary>Calls of this worker.</summary>
    internal OutboundCallPool Calls => field ??= new OutboundCallPool(this);

    internal void OnExchangeEnd(HttpExchange exchange)
    {
        Runtime.OutboundInFlight.Exit(Worker.Index);
        if (!exchange.Error.IsNone && exchange.Error.Kind != ProxyErrorKind.Redirected) CountHttpError(exchange.Error.Kind);
    }

    internal void Forget(OutboundDestination destination) => _targets.Remove(destination);

    /// <summary>What is known, or about to be, of a destination; null when too many are in use.</summary>
    internal OutboundTarget? TryTargetFor(OutboundDestination destination)
    {
        if (_targets.TryGetValue(destination, out OutboundTarget? known)) return known;
        if (_targets.Count >= _config.MaxDestinations) return null;
        var made = new OutboundTarget(this, destination);
        _targets.Add(destination, made);
        return made;
    }

    internal void CountHttpError(ProxyErrorKind kind)
        => Runtime.Metrics.OutboundHttpErrors.With(Labels.Of("error", ErrorTable.Of(kind).Label)).For(Worker.Index).Increment();

    private async Task ServeAsync(Transport transport, Accepted accepted)
    {
        IConnectionTracker? tracker = null;
        OutboundTarget? target = null;
        try
        {
            target = TargetFor(OutboundDestination.At(accepted.OriginalDestination));
            target.Enter();
            tracker = Track(transport, accepted);
            DetectedProtocol protocol = await ProtocolAsync(transport, target);
            await DispatchAsync(transport, accepted, target, protocol, tracker);
        }
        catch (Exception exception)
        {
            if (exception is not (DetectException or ConnectException or NetException or TlsException or IOException)) _log.Error($"unexpected error: {exception}");
            target?.Exit();
            tracker?.Closed(new TransportFault(TransportFaultKind.Aborted));
            Fail(transport, accepted, exception);
        }
    }

    private async ValueTask<DetectedProtocol> ProtocolAsync(Transport transport, OutboundTarget target)
    {
        if (!_config.IngressMode)
        {
            await target.ReadyAsync();
            target.CountConnection();
            return target.IsOpaque ? DetectedProtocol.Opaque : target.KnownProtocol ?? await target.Detection.DetectAsync(Services.Detector, transport, target.DetectTimeout);
        }

        // Each request says where it goes: what the address stands for matters only to what is not HTTP, and to requests that do not say.
        DetectedProtocol found = await target.Detection.DetectAsync(Services.Detector, transport, _config.DetectTimeout);
        if (found is not (DetectedProtocol.Http1 or DetectedProtocol.Http2)) await target.ReadyAsync();
        return found;
    }

    private async ValueTask DispatchAsync(Transport transport, Accepted accepted, OutboundTarget target, DetectedProtocol protocol, IConnectionTracker tracker)
    {
        if (_log.IsEnabled(LogLevel.Debug))
            _log.Log(LogLevel.Debug, $"Connection accepted protocol={protocol}", $"outbound:accept{{client.addr={accepted.Client}}}:proxy{{addr={accepted.OriginalDestination}}}");
        switch (protocol)
        {
            case DetectedProtocol.Closed:
                transport.Close();
                tracker.Closed(default);
                target.Exit();
                break;
            case DetectedProtocol.Http1 or DetectedProtocol.Http2:
                ServeHttp(transport, accepted, target, protocol, tracker);
                break;
            default:
                await new OutboundTcp(this, target).RunAsync(transport, fault =>
                {
                    tracker.Closed(fault);
                    target.Exit();
                });
                break;
        }
    }

    private void ServeHttp(Transport transport, Accepted accepted, OutboundTarget target, DetectedProtocol protocol, IConnectionTracker tracker)
    {
        HttpServerOptions options = HttpOptions.Server(Direction.Outbound, _config, protocol) with { EmitHeaders = !_config.DisableInformationalHeaders };
        IHttpService service = _config.IngressMode ? new IngressHttp(this, target) : target.Http(protocol);
        IHttpConnection? connection = null;
        connection = Services.HttpServers.Serve(transport, options, new HttpPeer(accepted, s_loopback), service, fault =>
        {
            tracker.Closed(fault);
            target.Exit();
            if (connection is not null) _connections.Remove(connection);
        });
        _connections.Add(connection);
        if (Worker.IsDraining) connection.Drain();
    }

    private OutboundTarget TargetFor(OutboundDestination destination)
        => TryTargetFor(destination) ?? throw new DetectException("destination limit", $"{_config.MaxDestinations} destinations are in use");

    private IConnectionTracker Track(Transport transport, Accepted accepted) => _accepted.For(accepted.OriginalDestination).Opened(transport);

    private ConnectionMetrics MetricsOf(SocketAddress target)
    {
        Labels labels = Labels.Of("direction", "outbound").And("peer", "src").And(ProxyLabels.Target(target)).And(ProxyLabels.Tls(s_loopback));
        return new ConnectionMetrics(Runtime.Metrics, Worker.Connections, labels, Worker.Index);
    }

    private void Fail(Transport transport, Accepted accepted, Exception exception)
    {
        string error = exception switch
        {
            DetectException detect => detect.Reason,
            ConnectException or NetException or TlsException or IOException => "i/o",
            _ => "unexpected",
        };
        Runtime.Metrics.OutboundTcpErrors.With(Labels.Of("error", error).And(ProxyLabels.Target(accepted.OriginalDestination))).For(Worker.Index).Increment();
        _log.Log(LogLevel.Info, $"Connection closed error={exception.Message}", $"outbound:accept{{client.addr={accepted.Client}}}");
        transport.Abort();
    }
}
