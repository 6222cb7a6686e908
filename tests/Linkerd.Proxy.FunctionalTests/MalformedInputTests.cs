using Linkerd.Proxy.FunctionalTests.Kit;

namespace Linkerd.Proxy.FunctionalTests;

/// <summary>Malformed HTTP/1, HTTP/2, gRPC, TLS and transport headers against whole proxies: they serve on, and keep nothing of it.</summary>
public sealed class MalformedInputTests
{
    private const int Rounds = 20;

    [Theory]
    [InlineData("outside", 8080)]
    [InlineData("outside", 4143)]
    [InlineData("outside", 4191)]
    [InlineData("client", 80)]
    public async Task Malformed_input_costs_its_connection_and_nothing_else(string from, int port)
    {
        await using var mesh = await MeshFixture.StartAsync();
        var server = await mesh.AddMeshedPodAsync("server");
        var client = await mesh.AddMeshedPodAsync("client");
        var outside = mesh.AddPod("outside");
        mesh.Own(await AppServer.StartAsync(server, 8080));
        mesh.AddService("web", "10.96.0.10", 80, [MeshFixture.Endpoint(server, 8080)]);
        Assert.Equal("200", await AskAsync(client));

        // Once before counting: what is kept for good, such as a pool, is there after it.
        var (sender, address) = from == "client" ? (client, "10.96.0.10") : (outside, server.Address.ToString());
        await SendAsync(sender, address, port, 1);
        var before = (Client: client.Proxy!.Facts, Server: server.Proxy!.Facts);
        Assert.Equal(18 * Rounds, await SendAsync(sender, address, port, 2));

        Assert.Equal("200", await AskAsync(client));
        foreach (var (proxy, facts) in new[] { (client.Proxy, before.Client), (server.Proxy, before.Server) })
        {
            await proxy.WhenFactsAsync(f => f.Descriptors <= facts.Descriptors + 4 && f.ResidentKilobytes <= facts.ResidentKilobytes + (24 * 1024), "descriptors and memory as before");
            Assert.DoesNotContain("unexpected error", proxy.Log);
        }
    }

    private static Task<string> AskAsync(Pod client) => client.RunAsync("curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "--max-time", "10", "http://10.96.0.10/");

    private static async Task<int> SendAsync(Pod sender, string address, int port, int seed) => int.Parse((await sender.RunAsync(
        "python3", Path.Combine(AppContext.BaseDirectory, "Python", "malformed.py"), address, $"{port}", $"{Rounds}", $"{seed}")).Trim(), System.Globalization.CultureInfo.InvariantCulture);
}
