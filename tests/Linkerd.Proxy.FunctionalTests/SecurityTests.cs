using System.Security.Cryptography;
using Linkerd.Proxy.FunctionalTests.Kit;
using Linkerd.Testing;

namespace Linkerd.Proxy.FunctionalTests;

/// <summary>Who gets through, and what the wire shows.</summary>
public sealed class SecurityTests
{
    [Fact]
    [Proves("6.3 labels", "6.14 authz", "6.8 unauthorised", "6.13 networks")]
    public async Task A_client_outside_the_mesh_is_served_until_policy_asks_for_identity()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var server = await mesh.AddMeshedPodAsync("server");
        var meshed = await mesh.AddMeshedPodAsync("client");
        var outside = mesh.AddPod("outside");
        mesh.Own(await AppServer.StartAsync(server, 8080));
        mesh.AddService("web", "10.96.0.10", 80, [MeshFixture.Endpoint(server, 8080)]);
        var url = $"http://{server.Address}:8080/";

        var (code, answer) = await outside.TryAsync("curl", "-sS", "-i", "--max-time", "10", url);
        Assert.True(code == 0 && answer.StartsWith("HTTP/1.1 200", StringComparison.Ordinal), answer + mesh.Logs());
        Assert.DoesNotContain("l5d-client-id", answer);
        await server.Proxy!.WhenMetricsAsync(m => m.Sum("request_total", "direction=\"inbound\"", "tls=\"no_identity\"", "no_tls_reason=\"no_tls_from_remote\"") == 1, "the request without TLS");

        mesh.Control.Policy.Inbound.Set("server:8080", Policies.AllAuthenticated());
        await WhenAsync(mesh, async () => (await outside.RunAsync("curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "--max-time", "10", url)) == "403", "403 for the client outside");
        Assert.Equal("200", await meshed.RunAsync("curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "--max-time", "10", "http://10.96.0.10/"));
        await server.Proxy!.WhenMetricsAsync(m => m.Sum("inbound_http_authz_deny_total") >= 1 && m.Sum("inbound_http_authz_allow_total", "authz_name=\"all-authenticated\"") >= 1, "what was denied and what was allowed");
    }

    [Fact]
    [Proves("6.3 labels")]
    public async Task A_server_outside_the_mesh_is_reached_in_clear()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var client = await mesh.AddMeshedPodAsync("client");
        var outside = mesh.AddPod("outside");
        mesh.Own(await AppServer.StartAsync(outside, 8080));
        mesh.AddService("legacy", "10.96.0.20", 80, [MeshFixture.Endpoint(outside, 8080)]);

        var (code, answer) = await client.TryAsync("curl", "-sS", "-i", "--max-time", "10", "http://10.96.0.20/");
        Assert.True(code == 0 && answer.StartsWith("HTTP/1.1 200", StringComparison.Ordinal), answer + mesh.Logs());
        await client.Proxy!.WhenMetricsAsync(m => m.Sum("response_total", "direction=\"outbound\"", "tls=\"no_identity\"", "no_tls_reason=\"not_provided_by_service_discovery\"") == 1, "the response in clear");
    }

    [Fact]
    public async Task A_proxy_asks_for_a_certificate_of_the_issuer_that_signs_now()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var (first, second) = (mesh.Authority, new MeshAuthority("cluster.local"));
        mesh.Control.Trust.Trust(first);
        var pod = await mesh.AddMeshedPodAsync("server");
        await IssuedByAsync(first);

        mesh.Control.Trust.Trust(first, second);
        await pod.Proxy!.WhenMetricsAsync(m => m.Sum("identity_trust_anchor_info") == 2, "two anchors");
        mesh.Control.Trust.Announce(second);
        // The certificate in force would be good for most of a day.
        await IssuedByAsync(second);
        Assert.Equal(2, mesh.Control.Identity.Signed[pod.Identity]);

        Task IssuedByAsync(MeshAuthority authority) => pod.Proxy!.WhenMetricsAsync(
            m => m.Sum("identity_issuer_info", $"sha256=\"{Convert.ToHexStringLower(SHA256.HashData(authority.Issuer.RawData))}\"") == 1,
            "a certificate of the issuer that signs");
    }

    [Fact]
    [Proves("6.3 server name")]
    public async Task An_endpoint_that_proves_another_identity_is_refused()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var server = await mesh.AddMeshedPodAsync("server");
        var client = await mesh.AddMeshedPodAsync("client");
        mesh.Own(await AppServer.StartAsync(server, 8080));
        var endpoint = MeshFixture.Endpoint(server, 8080);
        // Its proxy answers to the server name, and is then someone else.
        endpoint.TlsIdentity.DnsLikeIdentity.Name = "other.test.serviceaccount.identity.linkerd.cluster.local";
        mesh.AddService("web", "10.96.0.10", 80, [endpoint]);

        var code = await client.RunAsync("curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "--max-time", "10", "http://10.96.0.10/");
        Assert.True(code is "502" or "503" or "504", $"HTTP {code}\n{mesh.Logs()}");
    }

    [Fact]
    public async Task The_wire_shows_nothing_of_a_request()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var server = await mesh.AddMeshedPodAsync("server");
        var client = await mesh.AddMeshedPodAsync("client");
        mesh.Own(await AppServer.StartAsync(server, 8080));
        mesh.AddService("web", "10.96.0.10", 80, [MeshFixture.Endpoint(server, 8080)]);
        var file = Path.Combine(Path.GetTempPath(), $"l5dfn-{Environment.ProcessId}.pcap");
        try
        {
            await using (var capture = Daemon.Start(server, "tcpdump", "-i", "eth0", "-U", "-s", "0", "-Z", "root", "-w", file, "tcp"))
            {
                await WhenAsync(mesh, () => Task.FromResult(File.Exists(file) && new FileInfo(file).Length >= 24), "the capture to begin");
                var answer = await client.RunAsync("curl", "-sS", "--max-time", "10", "-H", "x-marker: KNOWN-PLAINTEXT", "http://10.96.0.10/SECRET-PATH");
                Assert.Contains("GET /SECRET-PATH", answer);
                await WhenAsync(mesh, () => Task.FromResult(new FileInfo(file).Length > 1000), "packets in the capture");
                await capture.StopAsync();
            }

            var packets = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
            Assert.Equal(-1, packets.AsSpan().IndexOf("KNOWN-PLAINTEXT"u8));
            Assert.Equal(-1, packets.AsSpan().IndexOf("SECRET-PATH"u8));
            // An application-data record of TLS 1.2's version number, as TLS 1.3 writes it.
            Assert.True(packets.AsSpan().IndexOf((ReadOnlySpan<byte>)[0x17, 0x03, 0x03]) > 0, "the capture holds no TLS records");
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static async Task WhenAsync(MeshFixture mesh, Func<Task<bool>> condition, string what)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(15));
        while (!await condition())
        {
            if (deadline.IsCancellationRequested)
                Assert.Fail($"{what} never came\n{mesh.Logs()}");
            await Task.Delay(20, CancellationToken.None);
        }
    }
}
