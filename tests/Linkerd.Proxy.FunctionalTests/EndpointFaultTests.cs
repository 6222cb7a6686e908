using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Linkerd.Grpc;
using Linkerd.Grpc.AspNetCore;
using Linkerd.Grpc.AspNetCore.Tests;
using Linkerd.Proxy.FunctionalTests.Kit;
using Linkerd.Testing;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Linkerd.Proxy.FunctionalTests;

/// <summary>Endpoints that die, lie about who they are, or do not read.</summary>
public sealed class EndpointFaultTests
{
    private static readonly (int Port, string What, string Answer, bool Reset)[] s_deaths =
    [
        (9001, "half of its length, then a reset", "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + Half, true),
        (9002, "half of its length, then the end", "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + Half, false),
        (9003, "a chunk, then a reset", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1f4\r\n" + Half + "\r\n", true),
        (9004, "a chunk, then the end", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1f4\r\n" + Half + "\r\n", false),
        (9005, "a body that a reset delimits", "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + Half, true),
        (9006, "half a head, then the end", "HTTP/1.1 200 OK\r\nContent-Le", false),
        (9007, "nothing", "", false),
        (9008, "nothing but a reset", "", true),
    ];

    private const string Half = "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
        + "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
        + "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
        + "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
        + "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Proves("6.6 reset")]
    public async Task A_response_that_breaks_off_never_looks_complete(bool meshed)
    {
        await using var mesh = await MeshFixture.StartAsync();
        var server = meshed ? await mesh.AddMeshedPodAsync("server") : mesh.AddPod("server");
        var client = await mesh.AddMeshedPodAsync("client");
        var stop = TestContext.Current.CancellationToken;
        foreach (var (port, _, answer, reset) in s_deaths)
        {
            mesh.Own(RawServer.Start(server, port, async connection =>
            {
                await connection.ReceiveUntilAsync("\r\n\r\n");
                await connection.SendAsync(answer);
                if (!reset)
                    return;
                // The reset must not overtake the octets before it.
                await Task.Delay(50, stop);
                connection.Abort();
            }));
            mesh.AddService($"dying-{port}", "10.96.0.10", port, [MeshFixture.Endpoint(server, port)]);
        }

        foreach (var (port, what, _, _) in s_deaths)
        {
            foreach (var version in new[] { "1.1", "1.0" })
            {
                using var connection = await RawConnection.OpenAsync(client, $"10.96.0.10:{port}", stop);
                await connection.SendAsync($"GET / HTTP/{version}\r\nHost: dying\r\nConnection: close\r\n\r\n");
                var (bytes, inOrder) = await connection.ReceiveToEndAsync();
                var text = Encoding.Latin1.GetString(bytes);
                if (port >= 9006)
                    Assert.True(text.StartsWith($"HTTP/1.1 502", StringComparison.Ordinal) || text.StartsWith("HTTP/1.0 502", StringComparison.Ordinal), $"{what}, HTTP/{version}: {text}\n{mesh.Logs()}");
                else
                    Assert.False(IsComplete(text, inOrder), $"{what}, HTTP/{version}: looks complete (in order: {inOrder}): {text}\n{mesh.Logs()}");
            }
        }

        var died = 2 * s_deaths.Length;
        await client.Proxy!.WhenMetricsAsync(m => m.Sum("response_total", "direction=\"outbound\"", "classification=\"failure\"") == died, $"{died} failures");
        Assert.Equal(0, (await client.Proxy.MetricsAsync()).Sum("response_total", "direction=\"outbound\"", "classification=\"success\""));
        if (meshed)
            await server.Proxy!.WhenMetricsAsync(m => m.Sum("response_total", "direction=\"inbound\"", "classification=\"failure\"") == died, $"{died} failures");
        ControlPlaneFaultTests.AssertSound(mesh);
    }

    [Fact]
    public async Task A_stream_that_breaks_off_fails_its_call_and_no_other()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var server = await mesh.AddMeshedPodAsync("server");
        var client = await mesh.AddMeshedPodAsync("client");
        mesh.Own(await AppServer.StartAsync(server, 8080, HttpProtocols.Http2));
        mesh.AddService("grpc", "10.96.0.11", 8080, [MeshFixture.Endpoint(server, 8080)]);

        using var channel = GrpcChannel.ForAddress("http://10.96.0.11:8080", new GrpcChannelOptions { HttpHandler = client.Namespace.HttpHandler() });
        using var other = channel.AsyncDuplexStreamingCall(Echo.Chat, Echo.Bounded());
        await TurnAsync("before");
        using var dying = channel.AsyncServerStreamingCall(AppServer.Dies, Echo.Bounded(), Echo.Bytes("3"));
        var count = 0;
        var failure = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            await foreach (var _ in dying.ResponseStream.ReadAllAsync(TestContext.Current.CancellationToken))
                count++;
        });
        Assert.True(count <= 3 && failure.StatusCode != StatusCode.OK, $"{count} messages, then {failure.Status}");
        await TurnAsync("after");
        await client.Proxy!.WhenMetricsAsync(m => m.Sum("response_total", "direction=\"outbound\"", "classification=\"failure\"") == 1, "the broken stream");

        async Task TurnAsync(string text)
        {
            await other.RequestStream.WriteAsync(Echo.Bytes(text));
            Assert.True(await other.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
            Assert.Equal(text, Echo.Text(other.ResponseStream.Current));
        }
    }

    [Fact]
    [Proves("6.3 server name")]
    public async Task Endpoints_that_cannot_prove_who_they_are_get_no_request()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var client = await mesh.AddMeshedPodAsync("client");
        var server = mesh.AddPod("server");
        using var foreign = new MeshAuthority("elsewhere");
        var seen = 0;
        var cases = new (string Name, MeshAuthority Authority, string Identity, TimeSpan Lifetime, bool Tls)[]
        {
            ("foreign", foreign, server.Identity, TimeSpan.FromDays(1), true),
            ("expired", mesh.Authority, server.Identity, TimeSpan.FromSeconds(-60), true),
            ("renamed", mesh.Authority, "other.test.serviceaccount.identity.linkerd.cluster.local", TimeSpan.FromDays(1), true),
            ("clear", mesh.Authority, server.Identity, TimeSpan.FromDays(1), false),
        };
        var port = 9100;
        foreach (var (name, authority, identity, lifetime, tls) in cases)
        {
            var certificate = MeshTls.ContextOf(authority, authority.Issue(identity, lifetime));
            mesh.Own(RawServer.Start(server, ++port, async connection =>
            {
                Stream stream = new NetworkStream(connection.Socket);
                if (tls)
                {
                    var secured = new SslStream(stream);
                    await secured.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificateContext = certificate, EnabledSslProtocols = SslProtocols.Tls13 });
                    stream = secured;
                }

                // What comes in clear is a ClientHello; what comes decrypted is a request that was given away.
                var buffer = new byte[4096];
                if (await stream.ReadAsync(buffer) > 0 && tls)
                    Interlocked.Increment(ref seen);
                await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"u8.ToArray());
            }));
            var endpoint = MeshFixture.Endpoint(server, port);
            endpoint.TlsIdentity = new() { DnsLikeIdentity = new() { Name = server.Identity }, ServerName = new() { Name = server.Identity } };
            mesh.AddService(name, "10.96.0.10", port, [endpoint]);
        }

        using var http = new HttpClient(client.Namespace.HttpHandler()) { Timeout = TimeSpan.FromSeconds(15) };
        var answers = await Task.WhenAll(cases.Select(async (c, i) =>
        {
            using var response = await http.GetAsync($"http://10.96.0.10:{9101 + i}/", TestContext.Current.CancellationToken);
            return $"{c.Name} {(int)response.StatusCode}";
        }));
        Assert.All(answers, a => Assert.True(a.EndsWith("502", StringComparison.Ordinal) || a.EndsWith("504", StringComparison.Ordinal), a + "\n" + mesh.Logs()));
        Assert.Equal(0, Volatile.Read(ref seen));
        ControlPlaneFaultTests.AssertSound(mesh);
    }

    [Fact]
    public async Task Peers_that_do_not_read_or_hardly_write_cost_little()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var server = await mesh.AddMeshedPodAsync("server");
        var client = await mesh.AddMeshedPodAsync("client");
        mesh.Own(await AppServer.StartAsync(server, 8080));
        var stop = TestContext.Current.CancellationToken;
        // It sends as much as is taken.
        mesh.Own(RawServer.Start(server, 9001, async connection =>
        {
            await connection.ReceiveUntilAsync("\r\n\r\n");
            await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n");
            var block = new byte[64 * 1024];
            while (true)
                await connection.Socket.SendAsync(block, stop);
        }));
        // It reads nothing.
        mesh.Own(RawServer.Start(server, 9002, connection => connection.ReceiveUntilAsync("never")));
        mesh.Own(RawServer.Start(server, 9003, _ => Task.Delay(Timeout.Infinite, stop)));
        mesh.AddService("web", "10.96.0.10", 80, [MeshFixture.Endpoint(server, 8080)]);
        mesh.AddService("flood", "10.96.0.10", 9001, [MeshFixture.Endpoint(server, 9001)]);
        mesh.AddService("deaf", "10.96.0.10", 9003, [MeshFixture.Endpoint(server, 9003)]);
        using var http = new HttpClient(client.Namespace.HttpHandler()) { Timeout = TimeSpan.FromSeconds(10) };
        await http.GetStringAsync("http://10.96.0.10/", stop);
        var (clientBase, serverBase) = (client.Proxy!.Facts, server.Proxy!.Facts);

        var count = Chaos.Pick(40, 400);
        var connections = new List<RawConnection>();
        for (var i = 0; i < count; i++)
        {
            // A slow reader of a response without end, a sender to a server that does not read, and a head that comes letter by letter.
            var reader = await RawConnection.OpenAsync(client, "10.96.0.10:9001", stop);
            await reader.SendAsync("GET / HTTP/1.1\r\nHost: flood\r\n\r\n");
            var writer = await RawConnection.OpenAsync(client, "10.96.0.10:9003", stop);
            await writer.SendAsync("POST / HTTP/1.1\r\nHost: deaf\r\nContent-Length: 1000000000\r\n\r\n");
            var slow = await RawConnection.OpenAsync(client, "10.96.0.10:80", stop);
            await slow.SendAsync("GET / HTTP/1.1\r\nHost: slow\r\nX-Let");
            connections.AddRange(reader, writer, slow);
        }

        var block = new byte[64 * 1024];
        await Task.WhenAll(connections.Where((_, i) => i % 3 == 1).Select(c => FillAsync(c.Socket, block)));
        await http.GetStringAsync("http://10.96.0.10/", stop);
        var (clientFull, serverFull) = (client.Proxy.Facts, server.Proxy.Facts);
        // Two windows of 64 KiB and their records a connection, and what the runtime takes on the way.
        var allowed = 40_000 + (count * 2 * 320);
        Assert.True(clientFull.ResidentKilobytes - clientBase.ResidentKilobytes < allowed, $"{clientBase} became {clientFull}");
        Assert.True(serverFull.ResidentKilobytes - serverBase.ResidentKilobytes < allowed, $"{serverBase} became {serverFull}");
        foreach (var connection in connections)
            connection.Abort();
        await client.Proxy.WhenFactsAsync(f => f.Descriptors <= clientBase.Descriptors + 6, "descriptors back to where they were");
        await http.GetStringAsync("http://10.96.0.10/", stop);
        ControlPlaneFaultTests.AssertSound(mesh);
        Chaos.Report($"{3 * count} stuck connections: {(clientFull.ResidentKilobytes - clientBase.ResidentKilobytes) / 1024} MiB more in the client's proxy, {(serverFull.ResidentKilobytes - serverBase.ResidentKilobytes) / 1024} MiB more in the server's");
    }

    /// <summary>Sends until nothing is taken for half a second.</summary>
    private static async Task FillAsync(Socket socket, byte[] block)
    {
        try
        {
            while (true)
            {
                using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(500));
                await socket.SendAsync(block, patience.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            // Full, or refused.
        }
    }

    /// <summary>A reader that knows HTTP would take it for the endpoint's whole response.</summary>
    private static bool IsComplete(string text, bool inOrder)
    {
        // The proxy's own word that it failed.
        if (text.StartsWith("HTTP/1.1 50", StringComparison.Ordinal))
            return false;
        var at = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (at < 0)
            return false;
        var head = text[..at].ToLowerInvariant();
        var body = text[(at + 4)..];
        if (head.Contains("transfer-encoding: chunked", StringComparison.Ordinal))
            return body.EndsWith("0\r\n\r\n", StringComparison.Ordinal);
        var length = head.IndexOf("content-length: ", StringComparison.Ordinal);
        return length >= 0 ? body.Length >= int.Parse(head[(length + 16)..].Split('\r')[0]) : inOrder;
    }
}
