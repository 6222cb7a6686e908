using Linkerd.Http;
using Linkerd.Net;
using Linkerd.Proxy.Accept;
using Linkerd.Proxy.Config;
using Linkerd.Proxy.Detect;
using Linkerd.Proxy.Errors;
using Linkerd.Proxy.Inbound;
using Linkerd.Proxy.Metrics;
using Linkerd.Proxy.Stack;
using Linkerd.Telemetry;

namespace Linkerd.Proxy.Admin;

/// <summary>
/// Serves the admin port on the control loop: TLS where a meshed client asks for it, HTTP/1 or HTTP/2 behind. Meshed clients are subject to the
/// inbound policy of the port; others reach it where the network lets them, as probes and Prometheus do.
/// </summary>
public sealed class AdminStack
    : IConnectionService<Accepted>
{
    private static readonly TimeSpan s_detect = TimeSpan.FromSeconds(10);

    private readonly ProxyRuntime _runtime;
    private readonly Worker _worker;
    private readonly IProtocolDetector _detector;
    private readonly AdminService _service;
    private readonly Logger _policyLog;
    private readonly int _port;
    private InboundPolicy _policy;

    public AdminStack(ProxyRuntime runtime, Worker worker, IProtocolDetector detector, AdminService service)
    {
        ArgumentNullException.ThrowIfNull(runtime);
        _runtime = runtime;
        _worker = worker;
        _detector = detector;
        _service = service;
        _policyLog = runtime.Log.For("linkerd_proxy::inbound::policy");
        _port = runtime.Config.Admin.Listen.Port;
        _policy = InboundPolicy.Compile(InboundDefaults.For(runtime.Config, _port));
    }

    /// <summary>Begins to watch the policy of the port, for as long as the proxy lives.</summary>
    public void WatchPolicy() => _runtime.InboundPolicies.Subscribe(_port, _worker.Loop, policy => _policy = policy);

    public void Serve(Transport transport, Accepted target) => _ = ServeAsync(transport, target);

    private async Task ServeAsync(Transport transport, Accepted accepted)
    {
        try
        {
            var tls = new ServerTls(_runtime.Config.Identity is null ? ServerTlsState.Disabled : ServerTlsState.NoTlsFromRemote);
            if (_worker.Tls is { Server: not null } contexts)
            {
                TlsDetection detection = await _detector.DetectTlsAsync(transport, contexts, s_detect);
                transport = detection.Transport;
                tls = detection.Tls;
            }

            DetectedProtocol protocol = await _detector.DetectHttpAsync(transport, s_detect);
            if (protocol is not (DetectedProtocol.Http1 or DetectedProtocol.Http2))
            {
                transport.Close();
                return;
            }

            Labels labels = Labels.Of("direction", "inbound").And("peer", "src").And(ProxyLabels.Target(accepted.Local)).And(ProxyLabels.Tls(tls));
            IConnectionTracker tracker = new ConnectionMetrics(_runtime.Metrics, _worker.Connections, labels, _worker.Index).Opened(transport);
            HttpProtocol version = protocol == DetectedProtocol.Http2 ? HttpProtocol.Http2 : HttpProtocol.Http11;
            _ = new AdminConnection(_worker, transport, version, _service, CheckFor(new HttpPeer(accepted, tls)), tracker.Closed);
        }
        catch (Exception exception) when (exception is DetectException or TlsException or NetException or IOException)
        {
            RefusedConnection.End(transport);
        }
    }

    private Func<HeaderBlock, ProxyError>? CheckFor(HttpPeer peer)
    {
        if (!peer.IsMeshed) return null;
        var gate = new InboundGate(_runtime.Metrics, _worker.Index, _policyLog, _port, peer, after: null);
        return head => gate.Pass(_policy, head, _worker.Loop.Now, out ProxyError refusal) is null ? refusal : default;
    }
}
