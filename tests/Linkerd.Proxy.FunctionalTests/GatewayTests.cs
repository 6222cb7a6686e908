using System.Net;
using System.Text;
using Linkerd.Api.Destination;
using Linkerd.Api.Mapping;
using Linkerd.Proxy.FunctionalTests.Kit;
using Linkerd.Testing;

namespace Linkerd.Proxy.FunctionalTests;

/// <summary>A client of one cluster, a gateway of another, and a service behind it.</summary>
public sealed class GatewayTests
{
    private const string Exported = "web.test.svc.cluster.local:80";

    [Fact]
    [Proves("6.4 gateway", "6.7 forwarded", "6.9 gateway")]
    public async Task A_request_passes_the_gateway_to_the_service_that_it_is_for()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var web = await mesh.AddMeshedPodAsync("web");
        var gateway = await mesh.AddMeshedPodAsync("gateway", ("INBOUND_GATEWAY_SUFFIXES", "svc.cluster.local."));
        var client = await mesh.AddMeshedPodAsync("client");
        mesh.Own(await AppServer.StartAsync(web, 8080));
        mesh.AddNamedService("web", 80, [MeshFixture.Endpoint(web, 8080)]);
        mesh.AddService("web-east", "10.96.0.30", 80, [Remote(gateway, Exported)]);

        var (code, answer) = await client.TryAsync("curl", "-sS", "-i", "--max-time", "10", "-d", "a body", "http://10.96.0.30/path");
        Assert.True(code == 0 && answer.StartsWith("HTTP/1.1 200", StringComparison.Ordinal), answer + mesh.Logs());
        Assert.Contains("POST /path HTTP/1.1\n", answer);
        Assert.Contains("\na body", answer);
        Assert.Contains("host: web.test.svc.cluster.local\n", answer);
        Assert.Contains($"forwarded: by={gateway.Identity};for={client.Identity};host=web.test.svc.cluster.local;proto=https\n", answer);
        // The server's proxy sees the gateway, not the client behind it.
        Assert.Contains($"l5d-client-id: {gateway.Identity}\n", answer);
        await gateway.Proxy!.WhenMetricsAsync(m => m.Sum("request_total", "direction=\"inbound\"", $"client_id=\"{client.Identity}\"") == 1
            && m.Sum("response_total", "direction=\"outbound\"", $"authority=\"{Exported}\"", "classification=\"success\"") == 1, "the request on both sides of the gateway");
    }

    [Fact]
    [Proves("6.2 GATEWAY_SUFFIXES", "6.8 loop", "6.9 gateway")]
    public async Task Names_that_are_not_served_and_loops_are_refused()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var web = await mesh.AddMeshedPodAsync("web");
        var gateway = await mesh.AddMeshedPodAsync("gateway", ("INBOUND_GATEWAY_SUFFIXES", "svc.cluster.local."));
        var client = await mesh.AddMeshedPodAsync("client");
        mesh.Own(await AppServer.StartAsync(web, 8080));
        mesh.AddNamedService("web", 80, [MeshFixture.Endpoint(web, 8080)]);
        mesh.AddService("good", "10.96.0.30", 80, [Remote(gateway, Exported)]);
        mesh.AddService("foreign", "10.96.0.31", 80, [Remote(gateway, "web.elsewhere.example:80")]);
        mesh.AddService("unknown", "10.96.0.32", 80, [Remote(gateway, "nobody.test.svc.cluster.local:80")]);

        Assert.Equal("404", await StatusAsync(client, "10.96.0.31"));
        Assert.Equal("404", await StatusAsync(client, "10.96.0.32"));
        Assert.Equal("200", await StatusAsync(client, "10.96.0.30", "forwarded: by=another.gateway;for=x"));
        Assert.Equal("508", await StatusAsync(client, "10.96.0.30", $"forwarded: for=x;by={gateway.Identity}"));
        Assert.Equal("508", await StatusAsync(client, "10.96.0.30", $"forwarded: by=a, By=\"{gateway.Identity}\""));
        // The gateway's own application comes back by its own identity.
        Assert.Equal("508", await StatusAsync(gateway, "10.96.0.30"));
        await gateway.Proxy!.WhenMetricsAsync(m => m.Sum("inbound_http_errors_total", "error=\"gateway loop\"") == 3 && m.Sum("inbound_http_errors_total", "error=\"gateway domain invalid\"") == 1, "what was refused");
    }

    [Fact]
    public async Task The_policy_of_the_gateways_own_port_decides()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var web = await mesh.AddMeshedPodAsync("web");
        mesh.Control.Policy.Inbound.Set("gateway:4143", Policies.Deny());
        var gateway = await mesh.AddMeshedPodAsync("gateway", ("INBOUND_GATEWAY_SUFFIXES", "svc.cluster.local."), ("INBOUND_PORTS", "4143"));
        var client = await mesh.AddMeshedPodAsync("client");
        mesh.Own(await AppServer.StartAsync(web, 8080));
        mesh.AddNamedService("web", 80, [MeshFixture.Endpoint(web, 8080)]);
        mesh.AddService("web-east", "10.96.0.30", 80, [Remote(gateway, Exported)]);

        for (var i = 0; await StatusAsync(client, "10.96.0.30") != "403"; i++)
            Assert.True(i < 50, "the denial never came\n" + mesh.Logs());
        await gateway.Proxy!.WhenMetricsAsync(m => m.Sum("inbound_http_authz_deny_total", "srv_name=\"deny\"", "srv_port=\"4143\"") == 1, "the denial under its own port's policy");
    }

    [Fact]
    public async Task Opaque_connections_pass_the_gateway_too()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var server = await mesh.AddMeshedPodAsync("server", ("INBOUND_PORTS_DISABLE_PROTOCOL_DETECTION", "7000"));
        mesh.Control.Policy.Inbound.Set("server:7000", Policies.Opaque());
        var gateway = await mesh.AddMeshedPodAsync("gateway", ("INBOUND_GATEWAY_SUFFIXES", "svc.cluster.local."));
        var client = await mesh.AddMeshedPodAsync("client");
        mesh.Own(TcpServer.Start(server, 7000, "220 ready\r\n"));
        mesh.AddNamedService("mail", 25, [MeshFixture.Endpoint(server, 7000, opaque: true)], opaque: true);
        mesh.AddService("mail-east", "10.96.0.40", 25, [Remote(gateway, "mail.test.svc.cluster.local:25", opaque: true)], opaque: true);
        mesh.AddService("nobody", "10.96.0.41", 25, [Remote(gateway, "nobody.test.svc.cluster.local:25", opaque: true)], opaque: true);

        Assert.Equal("220 ready\r\nQUIT", await TalkAsync(client, "10.96.0.40"));
        Assert.Equal("", await TalkAsync(client, "10.96.0.41"));
        await gateway.Proxy!.WhenMetricsAsync(m => m.Sum("inbound_tcp_errors_total", "error=\"gateway domain invalid\"") == 1, "the name that nobody knows");
    }

    /// <summary>A service of another cluster as its mirror here words it: the gateway's address, and the name over there.</summary>
    private static WeightedAddr Remote(Pod gateway, string authority, bool opaque = false)
    {
        var endpoint = MeshFixture.Endpoint(gateway, 4143, opaque);
        endpoint.Addr = Addresses.ToWire(new IPEndPoint(gateway.Address, 4143));
        endpoint.AuthorityOverride = new AuthorityOverride { AuthorityOverride_ = authority };
        endpoint.ProtocolHint.OpaqueTransport = null;
        return endpoint;
    }

    private static Task<string> StatusAsync(Pod pod, string address, string header = "x-none: 1")
        => pod.RunAsync("curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "--max-time", "10", "-H", header, $"http://{address}/");

    private static async Task<string> TalkAsync(Pod pod, string address)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var connection = await pod.Namespace.ConnectAsync(new IPEndPoint(IPAddress.Parse(address), 25), deadline.Token);
        var text = new StringBuilder();
        var buffer = new byte[256];
        try
        {
            await connection.SendAsync(Encoding.ASCII.GetBytes("QUIT"), deadline.Token);
            int read;
            while (text.Length < 15 && (read = await connection.ReceiveAsync(buffer, deadline.Token)) > 0)
                text.Append(Encoding.ASCII.GetString(buffer, 0, read));
        }
        catch (System.Net.Sockets.SocketException)
        {
            // Refused: the connection was reset.
        }

        return text.ToString();
    }
}
