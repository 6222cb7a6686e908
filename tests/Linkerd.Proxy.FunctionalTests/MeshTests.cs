using Linkerd.Proxy.FunctionalTests.Kit;
using Linkerd.Testing;

namespace Linkerd.Proxy.FunctionalTests;

/// <summary>Two meshed pods and a Service between them.</summary>
public sealed class MeshTests
{
    [Fact]
    [Proves("6.7 l5d-client-id", "6.14 request_total")]
    public async Task A_request_crosses_the_mesh_with_its_clients_identity()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var server = await mesh.AddMeshedPodAsync("server");
        var client = await mesh.AddMeshedPodAsync("client");
        mesh.Own(await AppServer.StartAsync(server, 8080));
        mesh.AddService("web", "10.96.0.10", 80, [MeshFixture.Endpoint(server, 8080)]);

        var (code, answer) = await client.TryAsync("curl", "-sS", "-i", "--max-time", "10", "-H", "l5d-client-id: forged", "http://10.96.0.10/path?q=1");
        Assert.True(code == 0, answer + mesh.Logs());
        Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
        Assert.Contains("GET /path HTTP/1.1\n", answer);
        Assert.Contains($"l5d-client-id: {client.Identity}\n", answer);
        Assert.DoesNotContain("forged", answer);

        await client.Proxy!.WhenMetricsAsync(m => m.Sum("response_total", "direction=\"outbound\"", "tls=\"true\"", $"server_id=\"{server.Identity}\"", "classification=\"success\"") == 1, "the response as outbound success");
        await server.Proxy!.WhenMetricsAsync(m => m.Sum("response_total", "direction=\"inbound\"", "tls=\"true\"", $"client_id=\"{client.Identity}\"", "classification=\"success\"") == 1, "the response as inbound success");
    }
}
