using System.Net;
using System.Net.Sockets;

namespace Linkerd.Grpc.AspNetCore.Tests;

public sealed class EndingsTests
{
    [Fact]
    public async Task A_status_arrives_with_its_words_and_trailers()
    {
        await using var server = await Echo.StartAsync();
        using var channel = Echo.Channel(server);
        using var call = channel.AsyncUnaryCall(Echo.Unary, Echo.Bounded(), Echo.Bytes("fail"));
        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync);
        Assert.Equal(StatusCode.FailedPrecondition, error.StatusCode);
        Assert.Equal("nö, 100 %", error.Status.Detail);
        Assert.Equal([0, 255, 7], error.Trailers.GetValueBytes("reason-bin")!);
    }

    [Fact]
    public async Task A_handler_that_fails_is_Unknown_and_keeps_its_secrets()
    {
        Exception? reported = null;
        await using var server = await Echo.StartAsync(options: new GrpcServerOptions { OnHandlerFailed = (_, e) => reported = e });
        using var channel = Echo.Channel(server);
        using var call = channel.AsyncUnaryCall(Echo.Unary, Echo.Bounded(), Echo.Bytes("crash"));
        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync);
        Assert.Equal(StatusCode.Unknown, error.StatusCode);
        Assert.DoesNotContain("secret", error.Status.Detail);
        Assert.Equal("secret", reported?.Message);
    }

    [Fact]
    public async Task Metadata_travels_both_ways()
    {
        await using var server = await Echo.StartAsync();
        using var channel = Echo.Channel(server);
        var headers = new Metadata { { "ask", "a value" }, { "ask-bin", [0, 1, 2, 254] } };
        using var call = channel.AsyncUnaryCall(Echo.Unary, Echo.Bounded(headers: headers), Echo.Bytes("headers"));
        await call;
        Assert.Equal("a value", (await call.ResponseHeadersAsync).GetValue("initial"));
        Assert.Equal([0, 1, 2, 254], call.GetTrailers().GetValueBytes("trailing-bin")!);
    }

    [Fact]
    public async Task A_deadline_ends_both_sides()
    {
        var ended = new TaskCompletionSource<StatusCode>();
        await using var server = await Echo.StartAsync(options: new GrpcServerOptions { OnCallEnded = (_, status, _) => ended.TrySetResult(status) });
        using var channel = Echo.Channel(server);
        using var call = channel.AsyncUnaryCall(Echo.Unary, Echo.Bounded(TimeSpan.FromSeconds(1)), Echo.Bytes("hang"));
        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync);
        Assert.Equal(StatusCode.DeadlineExceeded, error.StatusCode);
        // A shorter deadline may pass before the call is on its way. Whichever notices first: its own clock, or the client's reset.
        Assert.True(await ended.Task.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken) is StatusCode.DeadlineExceeded or StatusCode.Cancelled);
    }

    [Fact]
    public async Task Cancelling_ends_both_sides()
    {
        var started = new TaskCompletionSource();
        var cancelled = new TaskCompletionSource();
        await using var server = await Echo.StartAsync(e => e.MapUnary(Echo.Unary, async (request, context) =>
        {
            using var registration = context.CancellationToken.Register(() => cancelled.TrySetResult());
            started.SetResult();
            await cancelled.Task;
            return request;
        }));
        using var channel = Echo.Channel(server);
        using var cancel = new CancellationTokenSource();
        using var call = channel.AsyncUnaryCall(Echo.Unary, new CallOptions(CancellationToken: cancel.Token), []);
        await started.Task.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        await cancel.CancelAsync();
        Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync)).StatusCode);
        await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Disposing_a_stream_cancels_it()
    {
        var cancelled = new TaskCompletionSource();
        await using var server = await Echo.StartAsync(e => e.MapServerStreaming(Echo.Repeat, async (request, responses, context) =>
        {
            await responses.WriteAsync(request);
            using var registration = context.CancellationToken.Register(() => cancelled.TrySetResult());
            await cancelled.Task;
        }));
        using var channel = Echo.Channel(server);
        var call = channel.AsyncServerStreamingCall(Echo.Repeat, Echo.Bounded(), Echo.Bytes("x"));
        Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        call.Dispose();
        await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task An_unknown_method_is_Unimplemented()
    {
        await using var server = await Echo.StartAsync();
        using var channel = Echo.Channel(server);
        using var call = channel.AsyncUnaryCall(Echo.Make(MethodType.Unary, "Absent"), Echo.Bounded(), []);
        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync);
        Assert.Equal(StatusCode.Unimplemented, error.StatusCode);
        Assert.Equal("unknown method /test.Echo/Absent", error.Status.Detail);
    }

    [Fact]
    public async Task A_request_above_the_limit_is_ResourceExhausted()
    {
        await using var server = await Echo.StartAsync(options: new GrpcServerOptions { MaxReceiveMessageSize = 1000 });
        using var channel = Echo.Channel(server);
        using var call = channel.AsyncUnaryCall(Echo.Unary, Echo.Bounded(), new byte[1001]);
        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync);
        Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
        Assert.Equal("the message is 1001 bytes, larger than the limit of 1000", error.Status.Detail);
    }

    [Fact]
    public async Task A_response_above_the_limit_is_ResourceExhausted()
    {
        await using var server = await Echo.StartAsync();
        using var channel = Echo.Channel(server, new GrpcChannelOptions { MaxReceiveMessageSize = 1000 });
        using var call = channel.AsyncUnaryCall(Echo.Unary, Echo.Bounded(), new byte[1001]);
        Assert.Equal(StatusCode.ResourceExhausted, (await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync)).StatusCode);
    }

    [Fact]
    public async Task No_server_is_Unavailable()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Dispose();
        using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{port}");
        using var call = channel.AsyncUnaryCall(Echo.Unary, Echo.Bounded(), []);
        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync)).StatusCode);
        using var stream = channel.AsyncDuplexStreamingCall(Echo.Chat, Echo.Bounded());
        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(() => stream.RequestStream.WriteAsync([]))).StatusCode);
    }

    [Fact]
    public async Task A_server_that_stops_ends_its_streams_with_Unavailable()
    {
        var server = await Echo.StartAsync(e => e.MapServerStreaming(Echo.Repeat, async (request, responses, context) =>
        {
            await responses.WriteAsync(request);
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        }));
        using var channel = Echo.Channel(server);
        using var call = channel.AsyncServerStreamingCall(Echo.Repeat, Echo.Bounded(), Echo.Bytes("x"));
        Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        var next = call.ResponseStream.MoveNext(TestContext.Current.CancellationToken);
        await server.DisposeAsync();
        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(() => next)).StatusCode);
    }

    [Fact]
    public async Task Writing_to_a_call_that_the_server_ended_tells_why()
    {
        await using var server = await Echo.StartAsync(e => e.MapDuplexStreaming(Echo.Chat, (_, _, _) => throw new RpcException(new Status(StatusCode.PermissionDenied, "no"))));
        using var channel = Echo.Channel(server);
        using var call = channel.AsyncDuplexStreamingCall(Echo.Chat, Echo.Bounded());
        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        Assert.Equal(StatusCode.PermissionDenied, error.StatusCode);
        Assert.Equal("no", error.Status.Detail);
    }
}
