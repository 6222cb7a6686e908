using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Linkerd.Local.Api;
using Microsoft.AspNetCore.Http;

namespace Linkerd.Local.Streaming;

/// <summary>
/// Port-forward: for each connection the client opens an error and a data stream with the same request id. Over SPDY/3.1, or SPDY tunnelled
/// through a WebSocket as newer kubectl does; or, as client libraries do, in the channel protocol (<see cref="PortForwardChannels"/>).
/// </summary>
internal sealed class PortForward(ApiCore core, ReadOperations read)
{
    private const string Protocol = "portforward.k8s.io";
    private const string Tunnel = "SPDY/3.1+portforward.k8s.io";
    private const int MostWaiting = 256;

    public async Task RunAsync(ApiRequest request)
    {
        var runtime = core.PodRuntime ?? throw new ApiException(501, "NotImplemented", "this API server runs no pods: start it with a pod runtime");
        var pod = read.Find(request).Node;
        var reference = PodStreams.Reference(request, pod);
        // Said before the upgrade, while an answer can still have a status.
        int[] ports = Offers(request.Http.Request, PortForwardChannels.Protocol) ? PortForwardChannels.PortsOf(request.Http.Request.Query["ports"]) : [];
        Stream transport;
        if (Upgrades.IsWebSocket(request.Http.Request))
        {
            var (socket, protocol) = await Upgrades.AcceptWebSocketAsync(request.Http, Tunnel, PortForwardChannels.Protocol);
            if (protocol == PortForwardChannels.Protocol)
            {
                using var channels = new PortForwardChannels(socket, runtime, reference);
                await channels.RunAsync(ports, request.Http.RequestAborted);
                return;
            }

            transport = new WebSocketTransport(socket);
        }
        else if (Upgrades.IsSpdy(request.Http.Request)) transport = (await Upgrades.AcceptSpdyAsync(request.Http, Protocol)).Transport;
        else throw ApiException.BadRequest("Upgrade request required");
        await using var session = new SpdySession(transport);
        var waiting = new Dictionary<string, SpdyStream>();
        var relays = new List<Task>();
        await foreach (var stream in session.Opened.ReadAllAsync())
        {
            var id = stream.Headers.GetValueOrDefault("requestID") ?? stream.Id.ToString();
            if (stream.Headers.GetValueOrDefault("streamType") == "error")
            {
                if (waiting.Count < MostWaiting) waiting[id] = stream;
                continue;
            }
            waiting.Remove(id, out var errors);
            relays.RemoveAll(r => r.IsCompleted);
            relays.Add(RelayAsync(runtime, session, reference, stream, errors));
        }
        await Task.WhenAll(relays);
    }

    private static bool Offers(HttpRequest request, string protocol) =>
        Upgrades.IsWebSocket(request) && request.Headers.SecWebSocketProtocol.ToString().Split(',', StringSplitOptions.TrimEntries).Contains(protocol);

    private static async Task RelayAsync(IPodRuntime runtime, SpdySession session, PodReference pod, SpdyStream data, SpdyStream? errors)
    {
        var port = int.TryParse(data.Headers.GetValueOrDefault("port"), out var number) ? number : 0;
        try
        {
            if (port is < 1 or > 65535) throw new PodRuntimeException($"port: '{data.Headers.GetValueOrDefault("port")}' is not a port between 1 and 65535");
            await using var target = await runtime.DialAsync(pod, port, session.Closed);
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(session.Closed);
            var upload = UploadAsync(data.Incoming, target, ended.Token);
            await target.CopyToAsync(data, ended.Token);
            await data.FinishAsync();
            await ended.CancelAsync();
            await upload;
        }
        catch (Exception e) when (e is PodRuntimeException or IOException or SocketException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            if (!session.Closed.IsCancellationRequested) await ReportAsync(errors, data, $"error forwarding port {port} to pod {pod}: {e.Message}");
        }
        finally
        {
            if (errors is not null && !session.Closed.IsCancellationRequested) await FinishQuietlyAsync(errors);
            session.Remove(data);
            if (errors is not null) session.Remove(errors);
        }
    }

    private static async Task UploadAsync(Stream from, Stream target, CancellationToken ended)
    {
        try
        {
            await from.CopyToAsync(target, ended);
            // The client has said everything; the other direction goes on.
            if (target is NetworkStream network) network.Socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // The reading side sees the same end and closes.
        }
    }

    private static async Task ReportAsync(SpdyStream? errors, SpdyStream data, string message)
    {
        try
        {
            if (errors is not null) await errors.WriteAsync(Encoding.UTF8.GetBytes(message));
            await data.FinishAsync();
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // Nobody is left to be told.
        }
    }

    private static async Task FinishQuietlyAsync(SpdyStream stream)
    {
        try
        {
            await stream.FinishAsync();
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // Nobody is left to be told.
        }
    }
}
