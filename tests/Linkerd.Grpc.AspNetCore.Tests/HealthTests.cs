namespace Linkerd.Grpc.AspNetCore.Tests;

public sealed class HealthTests
{
    [Fact]
    public async Task Check_and_Watch_follow_the_status()
    {
        var health = new HealthService();
        await using var server = await Echo.StartAsync(health.Map);
        using var channel = Echo.Channel(server);
        using var check = channel.AsyncUnaryCall(HealthMethods.Check, Echo.Bounded(), "");
        Assert.Equal(HealthStatus.Serving, await check);
        using var absent = channel.AsyncUnaryCall(HealthMethods.Check, Echo.Bounded(), "nobody");
        Assert.Equal(StatusCode.NotFound, (await Assert.ThrowsAsync<RpcException>(() => absent.ResponseAsync)).StatusCode);

        using var watch = channel.AsyncServerStreamingCall(HealthMethods.Watch, Echo.Bounded(), "later");
        Assert.True(await watch.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        Assert.Equal(HealthStatus.ServiceUnknown, watch.ResponseStream.Current);
        health.SetStatus("later", HealthStatus.NotServing);
        Assert.True(await watch.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        Assert.Equal(HealthStatus.NotServing, watch.ResponseStream.Current);
    }
}
