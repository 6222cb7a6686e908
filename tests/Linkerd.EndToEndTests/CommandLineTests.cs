using System.Text.Json.Nodes;
using Linkerd.Testing;

namespace Linkerd.EndToEndTests;

/// <summary>The CLI against the mesh.</summary>
public sealed class CommandLineTests
{
    [Fact]
    public async Task Stat_and_edges_of_a_Prometheus_show_who_talks_to_whom()
    {
        using var prometheus = new PrometheusServer();
        await prometheus.ReadyAsync();
        var load = await Load.StartAsync("http://server.e2e.svc.cluster.local/");
        string table = "";
        await Eventually.TrueAsync(() => (table = Viz("stat", "deploy", "-t", "15s")).Split('\n').Any(static l => l.StartsWith("server ", StringComparison.Ordinal) && l.Contains("100.00%", StringComparison.Ordinal)), "a row of server", 60);
        var edges = (JsonArray)JsonNode.Parse(Viz("edges", "deploy", "-o", "json"))!;
        await load.StopAsync();

        Assert.Matches(@"(?m)^server +1/1 +100\.00% +[0-9.]+rps +\d+ms +\d+ms +\d+ms +\d+ *$", table);
        var edge = Assert.Single(edges, static e => e!["src"]!.GetValue<string>() == "client" && e["dst"]!.GetValue<string>() == "server")!;
        Assert.Equal(("default.e2e", "server.e2e", ""), (edge["client_id"]!.GetValue<string>(), edge["server_id"]!.GetValue<string>(), edge["no_tls_reason"]!.GetValue<string>()));

        string Viz(params string[] args) => LinkerdCli.Output(["viz", .. args, "-n", MeshFixture.Namespace, "--prometheusURL", prometheus.Address]);
    }

    [Fact]
    public void Diagnostics_endpoints_shows_the_pods_behind_an_authority()
    {
        var rows = LinkerdCli.Output("diagnostics", "endpoints", "fleet.e2e.svc.cluster.local:80").Split('\n', StringSplitOptions.RemoveEmptyEntries)[1..];

        Assert.Equal(
            MeshFixture.Pods("fleet").Select(static p => p["metadata"]!["name"]!.GetValue<string>()).Order(StringComparer.Ordinal),
            rows.Select(static r => r.Split(' ', StringSplitOptions.RemoveEmptyEntries)[3]).Order(StringComparer.Ordinal));
        Assert.All(rows, static r => Assert.Contains("fleet.e2e", r, StringComparison.Ordinal));
    }

    [Fact]
    public void Identity_shows_the_certificate_that_a_proxy_shows() =>
        Assert.Contains("DNS:server.e2e.serviceaccount.identity.linkerd.cluster.local", LinkerdCli.Output("identity", "-n", MeshFixture.Namespace, "-l", "app=server"), StringComparison.Ordinal);

    [Fact]
    public void Proxy_metrics_and_version_answer()
    {
        Assert.Contains("process_start_time_seconds", LinkerdCli.Output("diagnostics", "proxy-metrics", "-n", MeshFixture.Namespace, "deploy/server"), StringComparison.Ordinal);
        Assert.DoesNotContain("unavailable", LinkerdCli.Output("version"), StringComparison.Ordinal);
    }
}
