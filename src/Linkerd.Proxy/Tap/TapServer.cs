using Linkerd.Net;
using Linkerd.Proxy.Accept;
using Linkerd.Proxy.Detect;
using Linkerd.Proxy.Metrics;
using Linkerd.Proxy.Stack;
using Linkerd.Telemetry;

namespace Linkerd.Proxy.Tap;

/// <summary>Serves tap on the control loop: gRPC over the mesh's mTLS, for one client identity only.</summary>
internal sealed class TapServer(ProxyRuntime runtime, Worker worker, IProtocolDetector detector, TapHub hub, string permitted) : IConnectionService<Accepted>
{
    private static readonly TimeSpan s_detect = TimeSpan.FromSeconds(10);

    private readonly Logger _log = runtime.Log.For("linkerd_proxy::tap");

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

            // Whoever may not tap is told so in gRPC, as long as it speaks it.
            if (await detector.DetectHttpAsync(transport, s_detect) != DetectedProtocol.Http2)
            {
                transport.Close();
                return;
            }

            bool isPermitted = tls is { State: ServerTlsState.Established, Client: { } client } && client == Model.PeerIdentity.Parse(permitted);
            if (!isPermitted) _log.Info($"tap refused client.addr={accepted.Client} client.id={tls.Client}");
            Labels labels = Labels.Of("direction", "inbound").And("peer", "src").And(ProxyLabels.Target(accepted.Local)).And(ProxyLabels.Tls(tls));
            IConnectionTracker tracker = new ConnectionMetrics(runtime.Metrics, worker.Connections, labels, worker.Index).Opened(transport);
            _ = new TapConnection(worker, transport, hub, isPermitted, tracker.Closed);
        }
        catch (Exception exception) when (exception is DetectException or TlsException or NetException or IOException)
        {
            RefusedConnection.End(transport);
        }
    }
}
