using Linkerd.Http;
using Linkerd.Net;
using Linkerd.Proxy.Accept;
using Linkerd.Proxy.Config;
using Linkerd.Proxy.Detect;
using Linkerd.Proxy.Metrics;
using Linkerd.Proxy.Stack;
using Linkerd.Telemetry;

namespace Linkerd.Proxy.Admin;

/// <summary>Serves the admin port on the control loop: TLS where a meshed client asks for it, HTTP/1 or HTTP/2 behind.</summary>
public sealed class AdminStack(ProxyRuntime runtime, Worker worker, IProtocolDetector detector, AdminService service) : IConnectionService<Accepted>
{
    private static readonly TimeSpan s_detect = TimeSpan.FromSeconds(10);

    public void Serve(Transport transport, Accepted target) => _ = ServeAsync(transport, target);

    private async Task ServeAsync(Transport transport, Accepted accepted)
    {
        try
        {
            var tls = new ServerTls(runtime.Config.Identity is null ? ServerTlsState.Disabled : ServerTlsState.NoTlsFromRemote);
            if (worker.Tls is { Server: not null } contexts)
            {
                TlsDetection detection = await detector.DetectTlsAsync(transport, contexts, s_detect);
                transport = detection.Transport;
                tls = detection.Tls;
            }

            DetectedProtocol protocol = await detector.DetectHttpAsync(transport, s_detect);
            if (protocol is not (DetectedProtocol.Http1 or DetectedProtocol.Http2))
            {
                transport.Close();
                return;
            }

            Labels labels = Labels.Of("direction", "inbound").And("peer", "src").And(ProxyLabels.Target(accepted.Local)).And(ProxyLabels.Tls(tls));
            IConnectionTracker tracker = new ConnectionMetrics(runtime.Metrics, worker.Connections, labels, worker.Index).Opened(transport);
            _ = new AdminConnection(worker, transport, protocol == DetectedProtocol.Http2 ? HttpProtocol.Http2 : HttpProtocol.Http11, service, tracker.Closed);
        }
        catch (Exception exception) when (exception is DetectException or TlsException or NetException or IOException)
        {
            transport.Abort();
        }
    }
}
