using System.Net;
using Linkerd.Grpc.AspNetCore;
using Linkerd.Grpc.AspNetCore.Tests;

namespace Linkerd.Interop;

/// <summary>Our server under clients that are not ours. Their scripts do the checking.</summary>
public sealed class ForeignClientTests(GrpcJsFixture grpcJs)
{
    [Fact]
    public async Task Grpcio_calls_our_server()
    {
        await using var server = await StartAsync();
        await using var client = ForeignProcess.Start("/usr/bin/python3", Scripts.Folder("grpcio"), "client.py", server.EndPoint.ToString());
        Assert.Contains("ok health", await client.RunToEndAsync());
    }

    [Fact]
    public async Task Grpc_js_calls_our_server()
    {
        await using var server = await StartAsync();
        await using var client = ForeignProcess.Start("node", await grpcJs.Folder, "client.js", server.EndPoint.ToString());
        Assert.Contains("ok trailing metadata", await client.RunToEndAsync());
    }

    private static Task<GrpcServer> StartAsync() => GrpcServer.StartAsync(new GrpcServerSettings { EndPoint = new IPEndPoint(IPAddress.Loopback, 0) }, endpoints =>
    {
        Echo.Map(endpoints, null);
        new HealthService().Map(endpoints);
    });
}
