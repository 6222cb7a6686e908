using Linkerd.Http;
using Linkerd.Proxy.Stack;

namespace Linkerd.Proxy.Tests.Http;

/// <summary>A request that passes a relay allocates nothing: 0 bytes in 100,000.</summary>
public sealed class AllocationTests : IDisposable
{
    private const int Requests = 100_000;

    private readonly HttpMesh _mesh = new();

    [Theory]
    [InlineData("HTTP/1")]
    [InlineData("HTTP/1 as HTTP/2")]
    [InlineData("HTTP/2")]
    [InlineData("gRPC")]
    public async Task A_request_through_a_relay_allocates_nothing(string kind)
    {
        HttpProtocol client = kind == "HTTP/1" ? HttpProtocol.Http11 : HttpProtocol.Http2;
        HttpProtocol server = kind.StartsWith("HTTP/1", StringComparison.Ordinal) ? HttpProtocol.Http11 : HttpProtocol.Http2;
        var status = new HeaderBlock();
        status.Add(KnownHeader.GrpcStatus, "0"u8);
        var echo = new EchoHandler { Describes = false, Trailers = kind == "gRPC" ? status : null };
        HttpClientTarget app = HttpMesh.Target(_mesh.App(server, () => echo), server) with { RestoresOriginalProtocol = true, IdleTimeout = HttpMesh.Forever };
        var driver = new Driver(_mesh, _mesh.Relay(Direction.Inbound, client, app, isMeshed: true), client);
        if (kind == "HTTP/1 as HTTP/2") driver.Request.Add(KnownHeader.L5dOrigProto, "HTTP/1.1"u8);
        if (kind == "gRPC") driver.Request.Add(KnownHeader.ContentType, "application/grpc"u8);
        Assert.Equal(0, await driver.SteadyAsync(Requests));
    }

    public void Dispose() => _mesh.Dispose();
}
