using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Linkerd.Api.Destination;
using Linkerd.Proxy.FunctionalTests.Kit;
using Linkerd.Testing;

namespace Linkerd.Proxy.FunctionalTests;

/// <summary>The transport header on the wire, against an implementation that is not ours, in both directions.</summary>
public sealed class TransportHeaderTests
{
    private const string Alpn = "transport.l5d.io/v1";
    private const string Client = "peer.test.serviceaccount.identity.linkerd.cluster.local";

    [Fact]
    [Proves("6.4 outbound", "6.4 session protocol")]
    public async Task The_outbound_proxy_names_port_and_protocol()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var client = await mesh.AddMeshedPodAsync("client");
        var peer = mesh.AddPod("peer");
        var files = mesh.Own(new PeerFiles());
        var script = mesh.Own(PythonPeer.Start(peer.Namespace, "transport_header.py", Descriptors(), "listen", "4143", files.Anchors(mesh.Authority), files.Certificate(mesh.Authority, peer.Identity)));
        script.Until("listening");
        mesh.AddService("opaque", "10.96.0.50", 7000, [Endpoint(peer, 7000, new ProtocolHint { Opaque = new() })], opaque: true);
        mesh.AddService("http", "10.96.0.51", 80, [Endpoint(peer, 8080, new ProtocolHint { H2 = new() })]);
        mesh.AddService("plain", "10.96.0.52", 80, [Endpoint(peer, 8081, new ProtocolHint())]);

        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using (var connection = await client.Namespace.ConnectAsync(IPEndPoint.Parse("10.96.0.50:7000"), deadline.Token))
            await connection.SendAsync(Encoding.ASCII.GetBytes("fourteen bytes"), deadline.Token);
        var opaque = Header(script);
        Assert.Equal("fourteen bytes", (string?)opaque["first"]);
        Assert.Equal("""{"port":7000}""", opaque["header"]!.ToJsonString());
        Assert.Equal(Alpn, (string?)opaque["alpn"]);
        Assert.Equal(client.Identity, (string?)opaque["client"]);
        Assert.True((bool?)opaque["preface"]);

        await client.TryAsync("curl", "-sS", "--max-time", "5", "http://10.96.0.51/");
        var http2 = Header(script);
        Assert.Equal("""{"port":8080,"sessionProtocol":{"http2":{}}}""", http2["header"]!.ToJsonString());
        Assert.Equal("PRI * HTTP/2.0", (string?)http2["first"]);

        await client.TryAsync("curl", "-sS", "--max-time", "5", "http://10.96.0.52/");
        var http1 = Header(script, port: 8081);
        Assert.Equal("""{"port":8081,"sessionProtocol":{"http1":{}}}""", http1["header"]!.ToJsonString());
        Assert.Equal("GET / HTTP/1.1", (string?)http1["first"]);
    }

    [Fact]
    [Proves("6.4 local", "6.4 session protocol", "6.2 INBOUND_IPS")]
    public async Task The_inbound_proxy_serves_the_port_that_the_header_names()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var (server, send) = await ServerAsync(mesh, ("INBOUND_PORTS", "8080,7000,7001"));
        mesh.Own(await AppServer.StartAsync(server, 8080));
        mesh.Own(TcpServer.Start(server, 7000));
        mesh.Own(TcpServer.Start(server, 7001));
        mesh.Control.Policy.Inbound.Set("server:7001", Policies.Deny());

        Assert.Equal("some bytes END", send(Alpn, Client, """{"port":7000}""", "some bytes END", false));
        Assert.Equal("one by one END", send(Alpn, Client, """{"port":7000}""", "one by one END", true));
        var answer = send(Alpn, Client, """{"port":8080,"sessionProtocol":{"http1":{}}}""", """GET /direct HTTP/1.1\r\nHost: web\r\nConnection: close\r\n\r\n""", false);
        Assert.True(answer.StartsWith("HTTP/1.1 200", StringComparison.Ordinal), answer + mesh.Logs());
        Assert.Contains("GET /direct HTTP/1.1\n", answer);
        Assert.Contains($"l5d-client-id: {Client}\n", answer);
        await server.Proxy!.WhenMetricsAsync(m => m.Sum("tcp_open_total", "direction=\"inbound\"", "peer=\"src\"", "tls=\"true\"", $"client_id=\"{Client}\"", $"target_addr=\"{server.Address}:7000\"") == 2, "the header's port as the target");

        // The policy of the header's port decides, not that of the port connected to.
        for (var i = 0; send(Alpn, Client, """{"port":7001}""", "denied END", false) != "refused"; i++)
            Assert.True(i < 50, "the denial never came\n" + mesh.Logs());
    }

    [Fact]
    [Proves("6.4 direct")]
    public async Task Direct_connections_without_identity_ALPN_or_header_are_refused()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var (server, send) = await ServerAsync(mesh, ("INBOUND_PORTS", "7000"));
        mesh.Own(TcpServer.Start(server, 7000));
        const string Good = """{"port":7000}""";
        Assert.Equal("END", send(Alpn, Client, Good, "END", false));

        Assert.Equal("refused", send(Alpn, null, Good, "END", false));
        Assert.Equal("refused", send(null, Client, Good, "END", false));
        Assert.Equal("refused", send("h2", Client, Good, "END", false));
        Assert.Equal("refused", send(Alpn, Client, "raw:GET / HTTP/1.1\r\n\r\n", "END", false));
        Assert.Equal("refused", send(Alpn, Client, """{"port":4143}""", "END", false));
        Assert.Equal("refused", send(Alpn, Client, """{"port":70000}""", "END", false));
        Assert.Equal("refused", send(Alpn, Client, """{"port":80,"name":"web.test.svc.cluster.local"}""", "END", false));
        await server.Proxy!.WhenMetricsAsync(m => m.Sum("inbound_tcp_errors_total", "error=\"identity required\"") == 1
            && m.Sum("inbound_tcp_errors_total", "error=\"gateway domain invalid\"") == 1, "the causes");
    }

    private static async Task<(Pod Server, Func<string?, string?, string, string, bool, string> Send)> ServerAsync(MeshFixture mesh, params (string, string)[] environment)
    {
        var server = await mesh.AddMeshedPodAsync("server", environment);
        var peer = mesh.AddPod("peer");
        var files = mesh.Own(new PeerFiles());
        var anchors = files.Anchors(mesh.Authority);
        return (server, Send);

        string Send(string? alpn, string? client, string header, string payload, bool byteByByte)
        {
            string[] slow = byteByByte ? ["slow"] : [];
            var certificate = client is null ? "-" : files.Certificate(mesh.Authority, client);
            var script = mesh.Own(PythonPeer.Start(peer.Namespace, "transport_header.py",
                [Descriptors(), "connect", $"{server.Address}:4143", server.Identity, anchors, certificate, alpn ?? "-", header, payload, .. slow]));
            var line = script.Next();
            return line == "refused" ? line : JsonNode.Parse(line)!.GetValue<string>();
        }
    }

    private static string Descriptors() => PythonPeer.Descriptors("transport/l5d/io/transport_header.proto");

    private static WeightedAddr Endpoint(Pod peer, int port, ProtocolHint hint)
    {
        var endpoint = MeshFixture.Endpoint(peer, port);
        endpoint.TlsIdentity = new TlsIdentity { DnsLikeIdentity = new() { Name = peer.Identity }, ServerName = new() { Name = peer.Identity } };
        endpoint.ProtocolHint = hint;
        endpoint.ProtocolHint.OpaqueTransport = new() { InboundPort = 4143 };
        return endpoint;
    }

    /// <summary>The next connection that got as far as its header; reconnects in between are passed over.</summary>
    private static JsonNode Header(PythonPeer script, int? port = null)
    {
        while (true)
        {
            var line = JsonNode.Parse(script.Next())!;
            if (line["header"] is { } header && (port is null || (int?)header["port"] == port))
                return line;
        }
    }
}
