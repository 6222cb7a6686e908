using System.Buffers;
using System.Net.WebSockets;
using System.Text.Json;
using Linkerd.Api.VizTap;
using Linkerd.Kubernetes;
using Linkerd.Viz.Web.Access;
using Linkerd.Viz.Web.Api.Models;
using Linkerd.Viz.Web.Login;
using Linkerd.Viz.Web.Tapping;
using Microsoft.AspNetCore.Http;

namespace Linkerd.Viz.Web.Api;

/// <summary>Live requests on a WebSocket: one message in, which says what to watch, then one message out per event.</summary>
internal sealed class TapApi(ITapSource? taps, AuditLog audit, TimeProvider time)
{
    private static readonly TimeSpan s_closing = TimeSpan.FromSeconds(5);
    private readonly BoundedTable<string, int> _open = new(10_000);

    /// <summary>The calls; top adds tap's events up in the browser.</summary>
    public IEnumerable<WebRoute> Routes =>
    [
        new("GET", "/api/tap", Roles.All, TapAsync) { OwnPageOnly = true },
        new("GET", "/api/top", Roles.All, TapAsync) { OwnPageOnly = true },
    ];

    private async Task TapAsync(WebCall call)
    {
        if (!call.Http.WebSockets.IsWebSocketRequest)
            throw new WebFaultException(StatusCodes.Status426UpgradeRequired, "this is a WebSocket: open it with new WebSocket");
        // Without login all users are one, told apart by where they come from.
        var who = call.Session is null ? "@" + call.Address : call.User;
        if (_open.Update(who, static n => n + 1) > WebLimits.WebSocketsPerUser)
        {
            _open.Update(who, static n => n - 1);
            throw new WebFaultException(StatusCodes.Status429TooManyRequests, $"{WebLimits.WebSocketsPerUser} taps are open already: close one") { RetryAfter = TimeSpan.FromSeconds(5) };
        }

        try
        {
            using var socket = await call.Http.WebSockets.AcceptWebSocketAsync();
            using var life = CancellationTokenSource.CreateLinkedTokenSource(call.Aborted, call.Session?.Ended ?? CancellationToken.None);
            using var limit = time.CreateTimer(static s => ((CancellationTokenSource)s!).Cancel(), life, WebLimits.TapLife, Timeout.InfiniteTimeSpan);
            await ServeAsync(call, socket, life);
        }
        finally
        {
            if (_open.Update(who, static n => n - 1) <= 0)
                _open.TryRemove(who, out _);
        }
    }

    private async Task ServeAsync(WebCall call, WebSocket socket, CancellationTokenSource life)
    {
        try
        {
            var request = TapRequests.Create(await ReadAsync(socket, life.Token));
            var resource = request.Target.Resource;
            audit.Write("tap", "ok", call.User, call.Address, $"{resource.Type}/{resource.Name} in {(resource.Namespace.Length == 0 ? resource.Name : resource.Namespace)}");
            var source = taps ?? throw new InvalidDataException("this dashboard has no tap server: install the Viz extension");
            // The browser says nothing more but that it goes; whatever it says ends the tap. This read is never cancelled: that would abort
            // the socket before its last message.
            var leaving = LeaveAsync(socket, life);
            await WatchAsync(socket, source, request, life.Token);
            await CloseAsync(socket, WebSocketCloseStatus.NormalClosure, "");
            await leaving.WaitAsync(s_closing);
        }
        catch (FormatException e)
        {
            await EndAsync(socket, WebSocketCloseStatus.PolicyViolation, e.Message);
        }
        catch (Exception e) when (e is KubernetesException or InvalidDataException or IOException or HttpRequestException)
        {
            await EndAsync(socket, WebSocketCloseStatus.InternalServerError, e.Message);
        }
        catch (OperationCanceledException) when (life.IsCancellationRequested)
        {
            await CloseAsync(socket, WebSocketCloseStatus.NormalClosure, "ended");
        }
        catch (Exception e) when (e is WebSocketException or TimeoutException)
        {
            // The browser went away.
        }
    }

    private async Task<TapQuery> ReadAsync(WebSocket socket, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var patience = time.CreateTimer(static s => ((CancellationTokenSource)s!).Cancel(), limit, WebLimits.FirstMessage, Timeout.InfiniteTimeSpan);
        var buffer = new byte[WebLimits.Message];
        var length = 0;
        try
        {
            while (true)
            {
                var part = await socket.ReceiveAsync(buffer.AsMemory(length), limit.Token);
                length += part.Count;
                if (part.MessageType != WebSocketMessageType.Text)
                    throw new FormatException("the first message must be text: JSON that says what to tap");
                if (part.EndOfMessage)
                    break;
                if (length == buffer.Length)
                    throw new FormatException($"the first message is longer than {WebLimits.Message} bytes");
            }

            return JsonSerializer.Deserialize(buffer.AsSpan(0, length), WebJson.Default.TapQuery) ?? throw new FormatException("the first message is null");
        }
        catch (JsonException e)
        {
            throw new FormatException($"the first message is not JSON that says what to tap, such as {{\"resource\":\"deploy/web\",\"namespace\":\"emojivoto\"}}: {e.Path}", e);
        }
        catch (OperationCanceledException e) when (!cancel.IsCancellationRequested)
        {
            throw new FormatException($"nothing was said within {WebLimits.FirstMessage.TotalSeconds:0} s", e);
        }
    }

    private static async Task WatchAsync(WebSocket socket, ITapSource source, TapByResourceRequest request, CancellationToken cancel)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        await foreach (var value in source.WatchAsync(request, cancel))
        {
            buffer.Clear();
            TapEventJson.Write(buffer, value);
            // A slow browser holds back the tap server, which then samples less.
            await socket.SendAsync(buffer.WrittenMemory, WebSocketMessageType.Text, endOfMessage: true, cancel);
        }
    }

    private static async Task LeaveAsync(WebSocket socket, CancellationTokenSource life)
    {
        try
        {
            await socket.ReceiveAsync(new Memory<byte>(new byte[128]), CancellationToken.None);
            await life.CancelAsync();
        }
        catch (Exception e) when (e is WebSocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The connection is gone, or the tap has ended first.
        }
    }

    private static async Task EndAsync(WebSocket socket, WebSocketCloseStatus status, string reason)
    {
        try
        {
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            {
                await socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(new ErrorAnswer(reason), WebJson.Default.ErrorAnswer), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
                await CloseAsync(socket, status, "see the last message");
            }
        }
        catch (WebSocketException)
        {
            // It does not listen any more.
        }
    }

    private static async Task CloseAsync(WebSocket socket, WebSocketCloseStatus status, string reason)
    {
        try
        {
            // A cancelled receive has aborted the socket already.
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
                await socket.CloseOutputAsync(status, reason, CancellationToken.None);
        }
        catch (WebSocketException)
        {
            // It is gone.
        }
    }
}
