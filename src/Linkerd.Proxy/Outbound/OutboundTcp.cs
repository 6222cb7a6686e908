using Linkerd.Net;
using Linkerd.Proxy.Connect;
using Linkerd.Proxy.Detect;
using Linkerd.Proxy.Metrics;
using Linkerd.Proxy.Stack;

namespace Linkerd.Proxy.Outbound;

/// <summary>One opaque outbound connection, or TLS that is passed through: route, balance, connect, relay. A connect that fails is tried at other endpoints.</summary>
internal sealed class OutboundTcp(OutboundStack stack, OutboundTarget target)
{
    private const int MaxAttempts = 3;

    public async Task RunAsync(Transport transport, Action<TransportFault> ended)
    {
        string serverName = target.Tls is null ? string.Empty : await stack.Services.Detector.DetectServerNameAsync(transport, target.DetectTimeout);
        if (target.IsFailingFast) throw new DetectException("failfast", $"the control plane has not said what {target.Destination} is");
        TcpRule rule = (target.Tls is { } tls ? tls.Find(serverName) : target.Tcp)
            ?? throw new IOException(serverName.Length > 0 ? $"no route for the server name '{serverName}'" : "no route for this destination");
        TcpRouteMetrics metrics = rule.Metrics;
        metrics.Opened(serverName);
        try
        {
            await RunAsync(transport, fault =>
            {
                metrics.Closed(serverName, string.Empty);
                ended(fault);
            }, rule.Pick());
        }
        catch (Exception exception)
        {
            metrics.Closed(serverName, (exception as TcpRefusedException)?.Label ?? "unexpected");
            throw;
        }
    }

    private async Task RunAsync(Transport transport, Action<TransportFault> ended, TcpBackend backend)
    {
        for (int attempt = 1; ; attempt++)
        {
            TcpEndpoint endpoint = await backend.PickAsync();
            endpoint.Open++;
            try
            {
                Transport server = await stack.Services.Connector.ConnectAsync(EndpointTargets.Connect(stack, endpoint.Endpoint, SessionProtocol.Opaque), stack.Worker.Tls);
                if (transport.IsClosed)
                {
                    // A gateway's client that policy denied while this was opened.
                    server.Abort();
                    endpoint.Open--;
                    throw new IOException("the client's connection ended before the server's was open");
                }

                IConnectionTracker tracker = endpoint.Metrics.Opened(server);
                stack.Services.Relay.Start(transport, server, fault =>
                {
                    endpoint.Open--;
                    tracker.Closed(fault);
                    ended(fault);
                });
                return;
            }
            catch (ConnectException) when (attempt < MaxAttempts && backend.Count > 1)
            {
                endpoint.Open--;
            }
            catch (ConnectException)
            {
                endpoint.Open--;
                throw;
            }
        }
    }
}
