using Linkerd.Grpc;
using Linkerd.Grpc.AspNetCore;
using Linkerd.Grpc.AspNetCore.Tests;

namespace Linkerd.Interop;

/// <summary>Our client against servers that are not ours.</summary>
public sealed class ForeignServerTests(GrpcJsFixture grpcJs)
{
    [Theory]
    [InlineData("grpcio")]
    [InlineData("grpcio gzip")]
    [InlineData("grpc-js")]
    public async Task Our_client_calls_a_foreign_server(string peer)
    {
        await using var server = peer == "grpc-js"
            ? ForeignProcess.Start("node", await grpcJs.Folder, "server.js")
            : ForeignProcess.Start("/usr/bin/python3", Scripts.Folder("grpcio"), ["server.py", .. peer.Split(' ').Skip(1)]);
        using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{await server.ReadLineAsync()}");
        await CheckKindsAsync(channel);
        await CheckEndingsAsync(channel);
        await CheckMetadataAsync(channel);
    }

    private static async Task CheckKindsAsync(GrpcChannel channel)
    {
        Assert.Equal("hello", Echo.Text(await CallAsync(channel, "hello")));
        Assert.Empty(await CallAsync(channel, ""));
        var big = new byte[3 << 20];
        new Random(1).NextBytes(big);
        using (var call = channel.AsyncUnaryCall(Echo.Unary, Echo.Bounded(), big))
            Assert.Equal(big, await call);

        using (var call = channel.AsyncClientStreamingCall(Echo.Collect, Echo.Bounded()))
        {
            for (var i = 0; i < 100; i++)
                await call.RequestStream.WriteAsync(new byte[i]);
            await call.RequestStream.CompleteAsync();
            Assert.Equal("4950", Echo.Text(await call));
        }

        using (var call = channel.AsyncServerStreamingCall(Echo.Repeat, Echo.Bounded(), Echo.Bytes("500")))
        {
            var next = 0;
            await foreach (var response in call.ResponseStream.ReadAllAsync(TestContext.Current.CancellationToken))
                Assert.Equal((next++).ToString(), Echo.Text(response));
            Assert.Equal(500, next);
        }

        using (var call = channel.AsyncDuplexStreamingCall(Echo.Chat, Echo.Bounded()))
        {
            for (var i = 0; i < 20; i++)
            {
                await call.RequestStream.WriteAsync(Echo.Bytes($"turn {i}"));
                Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
                Assert.Equal($"turn {i}", Echo.Text(call.ResponseStream.Current));
            }

            await call.RequestStream.CompleteAsync();
            Assert.False(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        }
    }

    private static async Task CheckEndingsAsync(GrpcChannel channel)
    {
        var failed = await Assert.ThrowsAsync<RpcException>(() => CallAsync(channel, "fail"));
        Assert.Equal(StatusCode.FailedPrecondition, failed.StatusCode);
        Assert.Equal("nö, 100 %", failed.Status.Detail);
        Assert.Equal([0, 255, 7], failed.Trailers.GetValueBytes("reason-bin")!);
        Assert.Equal(StatusCode.Unknown, (await Assert.ThrowsAsync<RpcException>(() => CallAsync(channel, "crash"))).StatusCode);

        using var late = channel.AsyncUnaryCall(Echo.Unary, Echo.Bounded(TimeSpan.FromMilliseconds(200)), Echo.Bytes("hang"));
        Assert.Equal(StatusCode.DeadlineExceeded, (await Assert.ThrowsAsync<RpcException>(() => late.ResponseAsync)).StatusCode);

        var cancelled = channel.AsyncUnaryCall(Echo.Unary, Echo.Bounded(), Echo.Bytes("hang"));
        cancelled.Dispose();
        Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(() => cancelled.ResponseAsync)).StatusCode);

        using var absent = channel.AsyncUnaryCall(Echo.Make(MethodType.Unary, "Absent"), Echo.Bounded(), []);
        Assert.Equal(StatusCode.Unimplemented, (await Assert.ThrowsAsync<RpcException>(() => absent.ResponseAsync)).StatusCode);
        using var large = channel.AsyncUnaryCall(Echo.Unary, Echo.Bounded(), new byte[(4 << 20) - 1]);
        Assert.Equal((4 << 20) - 1, (await large).Length);
    }

    private static async Task CheckMetadataAsync(GrpcChannel channel)
    {
        using var call = channel.AsyncUnaryCall(Echo.Unary, Echo.Bounded(headers: new Metadata { { "ask", "a value" }, { "ask-bin", [0, 1, 254] } }), Echo.Bytes("headers"));
        await call;
        Assert.Equal("a value", (await call.ResponseHeadersAsync).GetValue("initial"));
        Assert.Equal([0, 1, 254], call.GetTrailers().GetValueBytes("trailing-bin")!);
    }

    private static async Task<byte[]> CallAsync(GrpcChannel channel, string command)
    {
        using var call = channel.AsyncUnaryCall(Echo.Unary, Echo.Bounded(), Echo.Bytes(command));
        return await call;
    }
}
