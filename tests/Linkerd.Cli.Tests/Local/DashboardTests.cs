using System.Net;
using System.Text.Json.Nodes;

namespace Linkerd.Cli.Tests.Local;

/// <summary>The dashboard of an embedded cluster: on loopback, and through <c>linkerd viz dashboard</c>, where it asks for a login too. Needs root.</summary>
[Trait("Needs", "mesh"), Collection("a whole mesh")]
public sealed class DashboardTests
{
    [Fact]
    public async Task The_dashboard_comes_with_the_cluster_and_the_kubeconfig_opens_a_session()
    {
        await using var cluster = new RunningCluster();
        await cluster.UpAsync();
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = TimeSpan.FromSeconds(10) };
        JsonNode? overview = null;
        await RunningCluster.UntilAsync(async () => (overview = await TryGetAsync(http, "http://localhost:30750/api/overview")) is not null && overview["workloads"]!.AsArray().Count > 0, "the dashboard");
        Assert.Contains("linkerd-destination", overview!["workloads"]!.AsArray().Select(static w => w!["name"]!.GetValue<string>()));

        // Whoever follows a walkthrough is told that it is there, and goes on.
        Assert.Contains("Nothing needs to be installed", await cluster.ShellAsync("linkerd viz install | kubectl apply -f -"), StringComparison.Ordinal);
        Assert.Contains("√ viz extension pods are running\n\nStatus check results are √", await cluster.ShellAsync("linkerd viz check"), StringComparison.Ordinal);
        await cluster.KubectlAsync("-n", "linkerd-viz", "rollout", "status", "deploy/web", "--timeout=60s");

        await cluster.KubectlAsync("-n", "linkerd-viz", "patch", "deploy/web", "--type=json", "-p", """[{"op":"add","path":"/spec/template/spec/containers/0/args/-","value":"-login=password"}]""");
        await cluster.KubectlAsync("-n", "linkerd-viz", "rollout", "status", "deploy/web", "--timeout=120s");
        using var command = cluster.Start("dotnet", RunningCluster.Program, "viz", "dashboard", "--show", "url", "--port", "0");
        try
        {
            Assert.Equal("Linkerd dashboard available at:", await command.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
            var link = new Uri((await command.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken))!);
            using var refused = await http.GetAsync(new Uri(link, "/api/overview"), TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
            using var opened = await http.GetAsync(link, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.Redirect, opened.StatusCode);
            // The handler keeps the cookie.
            using var shown = await http.GetAsync(new Uri(link, "/api/overview"), TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, shown.StatusCode);
        }
        finally
        {
            command.Kill();
            await command.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
    }

    private static async Task<JsonNode?> TryGetAsync(HttpClient http, string address)
    {
        try
        {
            return JsonNode.Parse(await http.GetStringAsync(address, TestContext.Current.CancellationToken));
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }
}
