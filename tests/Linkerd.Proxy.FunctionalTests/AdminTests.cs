using System.Text.Json;
using Linkerd.Proxy.FunctionalTests.Kit;

namespace Linkerd.Proxy.FunctionalTests;

/// <summary>The admin port of a real proxy, with curl.</summary>
public sealed class AdminTests
{
    [Fact]
    public async Task The_log_level_is_changed_while_the_proxy_runs()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var server = await mesh.AddMeshedPodAsync("server", ("LOG", "warn,linkerd=info"));
        mesh.Own(await AppServer.StartAsync(server, 8080));
        var outside = mesh.AddPod("outside");
        await RequestAsync();
        Assert.DoesNotContain("DEBUG", server.Proxy!.Log);

        // As the user guide has it.
        Assert.Equal("204", await CurlAsync("-o", "/dev/null", "-w", "%{http_code}", "--data", "linkerd=debug", "-X", "PUT", "localhost:4191/proxy-log-level"));
        Assert.Equal("linkerd=debug", await CurlAsync("localhost:4191/proxy-log-level"));
        await RequestAsync();
        Assert.True(SpinWait.SpinUntil(() => server.Proxy.Log.Contains("DEBUG", StringComparison.Ordinal), TimeSpan.FromSeconds(20)), server.Proxy.Log);
        Assert.Matches(@"\[ +\d+\.\d{6}s\] DEBUG ThreadId\(\d\d\) inbound:accept\{client\.addr=10\.93\.0\.\d+:\d+\}:server\{port=8080\}: linkerd_proxy::inbound: ", server.Proxy.Log);
        Assert.Contains("a=b", await CurlAsync("--data", "a=b", "-X", "PUT", "localhost:4191/proxy-log-level"));
        Assert.Equal("linkerd=debug", await CurlAsync("localhost:4191/proxy-log-level"));

        Assert.Equal("403", await outside.RunAsync("curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "--data", "trace", "-X", "PUT", $"http://{server.Address}:4191/proxy-log-level"));
        Assert.Equal("404", await CurlAsync("-o", "/dev/null", "-w", "%{http_code}", "-X", "POST", "localhost:4191/shutdown"));

        Task<string> CurlAsync(params string[] arguments) => server.RunAsync(["curl", "-sS", "--max-time", "10", .. arguments]);

        async Task RequestAsync()
        {
            using var client = await RawClient.ConnectAsync(outside, server.Address, 8080);
            await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
            Assert.StartsWith("HTTP/1.1 200 ", await client.ReadToEndAsync());
        }
    }

    [Fact]
    public async Task The_log_is_streamed_as_JSON()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var server = await mesh.AddMeshedPodAsync("server", ("LOG", "error"), ("LOG_FORMAT", "JSON"), ("SHUTDOWN_ENDPOINT_ENABLED", "true"));
        mesh.Own(await AppServer.StartAsync(server, 8080));
        var outside = mesh.AddPod("outside");
        using var reader = await RawClient.ConnectAsync(server, System.Net.IPAddress.Loopback, 4191);
        await reader.SendAsync("GET /logs.json?linkerd=debug HTTP/1.1\r\nHost: a\r\n\r\n");
        await reader.ReadUntilAsync("application/json");
        using (var client = await RawClient.ConnectAsync(outside, server.Address, 8080))
        {
            await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
            await client.ReadToEndAsync();
        }

        string text = await reader.ReadUntilAsync("ThreadId(");
        string line = text[text.IndexOf("{\"timestamp\"", StringComparison.Ordinal)..].Split('\n')[0];
        using (var json = JsonDocument.Parse(line))
            Assert.Equal(("DEBUG", "linkerd_proxy::inbound"), (json.RootElement.GetProperty("level").GetString(), json.RootElement.GetProperty("target").GetString()));
        Assert.DoesNotContain("DEBUG", server.Proxy!.Log);
        Assert.Equal("shutdown\n", await server.RunAsync("curl", "-sS", "--max-time", "10", "-X", "POST", "localhost:4191/shutdown"));
    }
}
