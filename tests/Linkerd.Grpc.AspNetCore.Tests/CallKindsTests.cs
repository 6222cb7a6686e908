using Microsoft.AspNetCore.Routing;

namespace Linkerd.Grpc.AspNetCore.Tests;

public sealed class CallKindsTests
{
    [Fact]
    public async Task A_unary_call_returns_its_response()
    {
        await using var server = await Echo.StartAsync();
        using var channel = Echo.Channel(server);
        using var call = channel.AsyncUnaryCall(Echo.Unary, Echo.Bounded(), Echo.Bytes("hello"));
        Assert.Equal("hello", Echo.Text(await call));
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task An_empty_message_is_a_message()
    {
        await using var server = await Echo.StartAsync();
        using var channel = Echo.Channel(server);
        using var call = channel.AsyncUnaryCall(Echo.Unary, Echo.Bounded(), []);
        Assert.Empty(await call);
    }

    [Fact]
    public async Task Client_streaming_collects()
    {
        await using var server = await Echo.StartAsync();
        using var channel = Echo.Channel(server);
        using var call = channel.AsyncClientStreamingCall(Echo.Collect, Echo.Bounded());
        for (var i = 0; i < 100; i++)
            await call.RequestStream.WriteAsync(new byte[i]);
        await call.RequestStream.CompleteAsync();
        Assert.Equal("4950", Echo.Text(await call));
    }

    [Fact]
    public async Task Server_streaming_brings_all_in_order()
    {
        await using var server = await Echo.StartAsync();
        using var channel = Echo.Channel(server);
        using var call = channel.AsyncServerStreamingCall(Echo.Repeat, Echo.Bounded(), Echo.Bytes("1000"));
        var next = 0;
        await foreach (var response in call.ResponseStream.ReadAllAsync(TestContext.Current.CancellationToken))
            Assert.Equal((next++).ToString(), Echo.Text(response));
        Assert.Equal(1000, next);
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task Duplex_streaming_answers_before_the_requests_end()
    {
        await using var server = await Echo.StartAsync();
        using var channel = Echo.Channel(server);
        using var call = channel.AsyncDuplexStreamingCall(Echo.Chat, Echo.Bounded());
        for (var i = 0; i < 50; i++)
        {
            await call.RequestStream.WriteAsync(Echo.Bytes($"m{i}"));
            Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
            Assert.Equal($"m{i}", Echo.Text(call.ResponseStream.Current));
        }

        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_large_message_passes_in_both_directions()
    {
        await using var server = await Echo.StartAsync();
        using var channel = Echo.Channel(server);
        var message = new byte[3_999_999];
        new Random(7).NextBytes(message);
        using var call = channel.AsyncUnaryCall(Echo.Unary, Echo.Bounded(), message);
        Assert.Equal(message, await call);
    }

    [Fact]
    public async Task Many_calls_share_a_channel()
    {
        await using var server = await Echo.StartAsync();
        using var channel = Echo.Channel(server);
        var calls = Enumerable.Range(0, 200).Select(async i =>
        {
            using var call = channel.AsyncUnaryCall(Echo.Unary, Echo.Bounded(), Echo.Bytes($"n{i}"));
            Assert.Equal($"n{i}", Echo.Text(await call));
        });
        await Task.WhenAll(calls);
    }

    [Fact]
    public async Task A_method_cannot_be_mapped_as_another_kind()
    {
        var error = await Assert.ThrowsAsync<ArgumentException>(() => Echo.StartAsync((IEndpointRouteBuilder e) => e.MapUnary(Echo.Chat, (request, _) => Task.FromResult(request))));
        Assert.Contains("map it as that", error.Message);
    }
}
