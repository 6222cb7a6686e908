using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Linkerd.Api.Destination;
using Linkerd.Api.Mapping;
using Linkerd.Api.Meta;
using Linkerd.Api.OpaqueRoute;
using Linkerd.Api.Outbound;
using Linkerd.Api.TlsRoute;
using Linkerd.Proxy.FunctionalTests.Kit;
using OpaqueRoute = Linkerd.Api.Outbound.OpaqueRoute;
using TlsRoute = Linkerd.Api.Outbound.TlsRoute;

namespace Linkerd.Proxy.FunctionalTests;

/// <summary>Routes of opaque connections, and of TLS by its server name, as egress policy uses them.</summary>
public sealed class OutboundTcpRouteTests
{
    [Fact]
    public async Task Tls_leaves_the_cluster_by_its_server_name()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var (original, other, client) = (mesh.AddPod("original"), mesh.AddPod("other"), await mesh.AddMeshedPodAsync("client"));
        using var certificate = mesh.Authority.Issue("www.example.org");
        mesh.Own(TlsServer.Start(original, 8443, certificate));
        mesh.Own(TlsServer.Start(other, 8443, certificate));
        var target = new IPEndPoint(original.Address, 8443);
        mesh.Control.Policy.Outbound.Set(target.ToString(), new OutboundPolicy
        {
            Metadata = OutboundPolicies.Named("policy.linkerd.io", "EgressNetwork", "internet"),
            Protocol = new ProxyProtocol
            {
                Tls = new()
                {
                    Routes =
                    {
                        Route("suffix", [new SniMatch { Suffix = new() { ReverseLabels = { "org", "example" } } }], Forward(original)),
                        Route("exact", [new SniMatch { Exact = "Other.Example.org" }], Forward(other)),
                        Route("denied", [], null),
                    },
                },
            },
        });

        Assert.Equal("original", await TalkTlsAsync(client, target, "www.example.org"));
        Assert.Equal("original", await TalkTlsAsync(client, target, "a.b.example.org"));
        Assert.Equal("other", await TalkTlsAsync(client, target, "other.example.org"));
        await Assert.ThrowsAnyAsync<IOException>(() => TalkTlsAsync(client, target, "www.example.net"));
        await client.Proxy!.WhenMetricsAsync(
            m => m.Sum("outbound_tls_route_open_total", "parent_kind=\"EgressNetwork\"", "route_name=\"suffix\"") == 2
                && m.Sum("outbound_tls_route_close_total", "route_name=\"exact\"", "error=\"\"") == 1
                && m.Sum("outbound_tls_route_close_total", "route_name=\"denied\"", "error=\"forbidden\"") == 1,
            "the TLS routes");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Connections_are_split_by_weight(int workers)
    {
        await using var mesh = await MeshFixture.StartAsync();
        var (blue, green, client) = (mesh.AddPod("blue"), mesh.AddPod("green"), await mesh.AddMeshedPodAsync("client", ("CORES", $"{workers}")));
        mesh.Own(TcpServer.Start(blue, 9000, "blue\n"));
        mesh.Own(TcpServer.Start(green, 9000, "green\n"));
        mesh.AddService("blue", "10.96.0.61", 9000, [MeshFixture.Endpoint(blue, 9000)]);
        mesh.AddService("green", "10.96.0.62", 9000, [MeshFixture.Endpoint(green, 9000)]);
        SetOpaque(mesh, new OpaqueRoute.Types.Rule
        {
            Backends = new()
            {
                RandomAvailable = new()
                {
                    Backends =
                    {
                        new OpaqueRoute.Types.WeightedRouteBackend { Weight = 3, Backend = new() { Backend = OutboundPolicies.Backend("blue", 9000) } },
                        new OpaqueRoute.Types.WeightedRouteBackend { Weight = 1, Backend = new() { Backend = OutboundPolicies.Backend("green", 9000) } },
                    },
                },
            },
        });

        int greens = 0;
        for (int i = 0; i < 100; i++)
        {
            if (await BannerAsync(client) == "green") greens++;
        }

        Assert.InRange(greens, 25 - (2 * workers), 25 + (2 * workers));
    }

    [Fact]
    public async Task Forbidden_connections_are_closed()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var client = await mesh.AddMeshedPodAsync("client");
        SetOpaque(mesh, new OpaqueRoute.Types.Rule { Filters = { new OpaqueRoute.Types.Filter { Forbidden = new Forbidden() } } });

        Assert.Equal("", await BannerAsync(client));
        await client.Proxy!.WhenMetricsAsync(m => m.Sum("outbound_tcp_route_close_total", "route_name=\"tcp\"", "error=\"forbidden\"") == 1, "a forbidden connection");
    }

    private static void SetOpaque(MeshFixture mesh, OpaqueRoute.Types.Rule rule) => mesh.Control.Policy.Outbound.Set("10.96.0.60:9000", new OutboundPolicy
    {
        Metadata = OutboundPolicies.Service("tcp", 9000),
        Protocol = new ProxyProtocol { Opaque = new() { Routes = { new OpaqueRoute { Metadata = OutboundPolicies.Named("gateway.networking.k8s.io", "TCPRoute", "tcp"), Rules = { rule } } } } },
    });

    private static TlsRoute Route(string name, IEnumerable<SniMatch> names, Backend? backend)
    {
        var rule = new TlsRoute.Types.Rule();
        if (backend is null) rule.Filters.Add(new TlsRoute.Types.Filter { Forbidden = new Forbidden() });
        else rule.Backends = new() { FirstAvailable = new() { Backends = { new TlsRoute.Types.RouteBackend { Backend = backend } } } };
        return new TlsRoute { Metadata = OutboundPolicies.Named("gateway.networking.k8s.io", "TLSRoute", name), Snis = { names }, Rules = { rule } };
    }

    private static Backend Forward(Pod pod) => new()
    {
        Metadata = new Metadata { Default = "egress" },
        Forward = new WeightedAddr { Addr = Addresses.ToWire(new IPEndPoint(pod.Address, 8443)), Weight = 1 },
        Queue = new Queue { Capacity = 100, FailfastTimeout = OutboundPolicies.Milliseconds(3_000) },
    };

    private static async Task<string> TalkTlsAsync(Pod client, IPEndPoint target, string name)
    {
        var token = TestContext.Current.CancellationToken;
        using var socket = await client.Namespace.ConnectAsync(target, token);
        await using var tls = new SslStream(new NetworkStream(socket));
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = name, RemoteCertificateValidationCallback = static (_, _, _, _) => true }, token);
        using var reader = new StreamReader(tls, Encoding.ASCII);
        return (await reader.ReadLineAsync(token))!;
    }

    private static async Task<string> BannerAsync(Pod client)
    {
        var token = TestContext.Current.CancellationToken;
        using var socket = await client.Namespace.ConnectAsync(new IPEndPoint(IPAddress.Parse("10.96.0.60"), 9000), token);
        var buffer = new byte[64];
        try
        {
            return Encoding.ASCII.GetString(buffer, 0, await socket.ReceiveAsync(buffer, token)).Trim();
        }
        catch (SocketException)
        {
            return "";
        }
    }
}
