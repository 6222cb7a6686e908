using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Linkerd.Api.Destination;
using Linkerd.Api.Identity;
using Linkerd.Api.Services;
using Linkerd.Grpc;
using Linkerd.Grpc.AspNetCore;
using Linkerd.Proxy.FunctionalTests.Kit;

namespace Linkerd.Proxy.FunctionalTests;

/// <summary>The kit itself, without a proxy.</summary>
public sealed class KitTests
{
    [Fact]
    public async Task Pods_reach_each_other()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var server = mesh.AddPod("server");
        var client = mesh.AddPod("client");
        mesh.Own(await AppServer.StartAsync(server, 8080));
        Assert.Contains("GET /x HTTP/1.1", await client.RunAsync("curl", "-sS", "--max-time", "5", $"http://{server.Address}:8080/x"));
    }

    [Fact]
    public async Task The_firewall_redirects_the_application_and_not_the_proxy()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var server = mesh.AddPod("server");
        var client = mesh.AddPod("client");
        await client.ProgramFirewallAsync();
        mesh.Own(TcpServer.Start(server, 99, "server"));
        mesh.Own(TcpServer.Start(client, 4140, "outbound"));
        mesh.Own(TcpServer.Start(client, 4143, "inbound"));
        Assert.Equal("outbound", await BannerAsync(client, $"/dev/tcp/{server.Address}/99"));
        Assert.Equal("server", await BannerAsync(client, $"/dev/tcp/{server.Address}/99", "setpriv", $"--reuid={ProxyProcess.Uid}", "--clear-groups"));
        Assert.Equal("inbound", await BannerAsync(server, $"/dev/tcp/{client.Address}/99"));
    }

    [Fact]
    public async Task The_control_plane_certifies_and_follows_its_script_over_mTLS()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var pod = mesh.AddPod("pod");
        using var identity = Channel(mesh, pod, "identity", ControlPlane.IdentityPort);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certify = identity.AsyncUnaryCall(
            Methods.Unary(IdentityApi.ServiceName, IdentityApi.Certify, CertifyRequest.Parser, CertifyResponse.Parser),
            new CallOptions(Timeout: TimeSpan.FromSeconds(10)),
            new CertifyRequest { Identity = pod.Identity, CertificateSigningRequest = ByteString.CopyFrom(MeshAuthority.Request(pod.Identity, key)) });
        using var leaf = X509CertificateLoader.LoadCertificate((await certify).LeafCertificate.Span);
        Assert.Equal(mesh.Authority.Issuer.Subject, leaf.Issuer);

        using var destination = Channel(mesh, pod, "destination", ControlPlane.DestinationPort);
        mesh.AddService("web", "10.96.0.10", 80, [MeshFixture.Endpoint(pod, 8080)]);
        using var get = destination.AsyncServerStreamingCall(
            Methods.ServerStreaming(DestinationApi.ServiceName, DestinationApi.Get, GetDestination.Parser, Update.Parser),
            new CallOptions(Timeout: TimeSpan.FromSeconds(10)),
            new GetDestination { Path = "web.test.svc.cluster.local:80" });
        Assert.True(await get.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        Assert.Single(get.ResponseStream.Current.Add.Addrs);
        mesh.Control.Destination.Endpoints.Set("web.test.svc.cluster.local:80", []);
        Assert.True(await get.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        Assert.Single(get.ResponseStream.Current.Remove.Addrs);
    }

    // bash opens the connection; a server's banner is what it then reads.
    private static async Task<string> BannerAsync(Pod pod, string target, params string[] prefix)
        => (await pod.RunAsync([.. prefix, "bash", "-c", $"exec 3<>{target}; head -c 6 <&3 | cat"])) switch
        {
            "outbou" => "outbound",
            "inboun" => "inbound",
            var banner => banner,
        };

    private static GrpcChannel Channel(MeshFixture mesh, Pod pod, string component, int port)
    {
        var handler = pod.Namespace.HttpHandler();
        handler.SslOptions = new SslClientAuthenticationOptions
        {
            TargetHost = ControlPlane.IdentityOf(component),
            EnabledSslProtocols = SslProtocols.Tls13,
            ClientCertificates = [mesh.Authority.Issue(pod.Identity)],
            RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
        };
        // HttpClient would insist on ALPN: it is given clear HTTP/2 over a connection that is TLS already.
        var options = handler.SslOptions;
        handler.ConnectCallback = async (context, token) =>
        {
            var socket = await pod.Namespace.ConnectAsync(new IPEndPoint(mesh.Control.Address, port), token);
            var tls = new SslStream(new System.Net.Sockets.NetworkStream(socket, ownsSocket: true));
            await tls.AuthenticateAsClientAsync(options, token);
            return tls;
        };
        return GrpcChannel.ForAddress($"http://{mesh.Control.Address}:{port}", new GrpcChannelOptions { HttpHandler = handler });
    }
}
