using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Linkerd.Testing;

namespace Linkerd.EndToEndTests;

/// <summary>The viz extension on a real Kubernetes: what each of its commands says about an application with traffic.</summary>
public sealed partial class VizTests(VizExtension viz) : IClassFixture<VizExtension>
{
    private const string Demo = VizExtension.Demo;

    [Fact]
    public void The_extension_is_installed_by_kubectl()
    {
        Assert.StartsWith("namespace/linkerd-viz created\n", viz.Applied, StringComparison.Ordinal);
        foreach (var deployment in (string[])["metrics-api", "prometheus", "tap", "tap-injector", "web"])
            Assert.Contains($"deployment.apps/{deployment} created\n", viz.Applied, StringComparison.Ordinal);
        Assert.Contains("apiservice.apiregistration.k8s.io/v1alpha1.tap.linkerd.io created\n", viz.Applied, StringComparison.Ordinal);
        Assert.All(viz.Applied.TrimEnd().Split('\n'), static line => Assert.EndsWith(" created", line, StringComparison.Ordinal));
    }

    [Fact]
    public void Check_finds_nothing_wrong()
    {
        var check = LinkerdCli.Output("viz", "check", "--proxy", "-n", Demo);
        Assert.Equal(VizCheckReport.Well, check);

        // The control plane's checks make them too.
        Assert.Contains("linkerd-viz\n-----------\n√ linkerd-viz Namespace exists\n", LinkerdCli.Output("check"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stat_and_edges_show_who_calls_whom_and_what_fails()
    {
        var stat = await VizExtension.UntilAsync(static o => Row(o, "voting") is { } row && row.Contains('%', StringComparison.Ordinal) && Row(o, "web")?.Contains("rps", StringComparison.Ordinal) == true, "rates of voting and web", "viz", "stat", "deploy", "-n", Demo);
        Assert.StartsWith("NAME       MESHED   SUCCESS", stat, StringComparison.Ordinal);
        foreach (var deployment in (string[])["emoji", "vote-bot", "voting", "web"])
            Assert.Contains("1/1", Row(stat, deployment)!, StringComparison.Ordinal);
        // Every vote for the doughnut fails.
        await VizExtension.UntilAsync(static o => JsonNode.Parse(o)!.AsArray().Any(static r => r!["name"]!.GetValue<string>() == "voting" && r["success"]?.GetValue<double>() < 1), "a failure of voting", "viz", "stat", "deploy", "-n", Demo, "-o", "json");
        Assert.NotNull(Row(await VizExtension.UntilAsync(static o => o.Contains("rps", StringComparison.Ordinal), "what vote-bot sends", "viz", "stat", "deploy", "--from", "deploy/vote-bot", "-n", Demo), "web"));

        var edges = await VizExtension.UntilAsync(static o => EdgesOf(o).Contains("web voting √"), "the edge from web to voting", "viz", "edges", "deploy", "-n", Demo);
        Assert.Contains("web emoji √", EdgesOf(edges));
        // All namespaces, the extension's own among them.
        Assert.Contains("linkerd-viz", await VizExtension.UntilAsync(static o => o.Contains("metrics-api", StringComparison.Ordinal), "the extension", "viz", "stat", "deploy", "-A"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Routes_come_from_a_profile_that_tap_has_written()
    {
        Kubectl.Apply(LinkerdCli.Output("viz", "profile", "-n", Demo, "web-svc", "--tap", "deploy/web", "--tap-duration", "8s"));
        var routes = await VizExtension.UntilAsync(static o => Row(o, "GET /api/vote")?.Contains("rps", StringComparison.Ordinal) == true, "the route of the votes", "viz", "routes", "deploy/vote-bot", "--to", "svc/web-svc", "-n", Demo);
        Assert.Matches("^ROUTE +SERVICE +SUCCESS +RPS +LATENCY_P50 +LATENCY_P95 +LATENCY_P99\n", routes);
    }

    [Fact]
    public async Task Authz_shows_what_let_requests_in()
    {
        var authz = await VizExtension.UntilAsync(static o => o.Contains("rps", StringComparison.Ordinal), "authorizations", "viz", "authz", "deploy/voting", "-n", Demo);
        Assert.Matches("^ROUTE +SERVER +AUTHORIZATION +UNAUTHORIZED +SUCCESS +RPS +LATENCY_P50", authz);
        Assert.Contains("default:all-unauthenticated", authz, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tap_and_top_show_requests_as_they_happen()
    {
        var list = LinkerdCli.Output("viz", "list", "-n", Demo);
        Assert.StartsWith("Pods with tap enabled:\n", list, StringComparison.Ordinal);
        Assert.DoesNotContain("restart these pods", list, StringComparison.Ordinal);

        using (var tap = LinkerdProcess.Start("viz", "tap", "deploy/web", "-n", Demo, "--path", "/api/vote"))
        {
            var request = await tap.LineAsync(static l => l.StartsWith("req ", StringComparison.Ordinal), "a request");
            Assert.Matches($"^req id=\\d+:\\d+ proxy=in  src=[\\d.]+:\\d+ dst=[\\d.]+:\\d+ tls=true :method=GET :authority=web-svc.{Demo}(:80)? :path=/api/vote", request);
            Assert.Matches("^end id=.* duration=\\d+µs response-length=\\d+B$", await tap.LineAsync(static l => l.StartsWith("end ", StringComparison.Ordinal), "its end"));
        }

        using var top = LinkerdProcess.StartOnTerminal("viz", "top", "deploy/web", "-n", Demo);
        await top.LineAsync(static l => l.Contains("/api/vote", StringComparison.Ordinal), "a row of top");
        top.Type("q");
        Assert.Equal(0, await top.EndAsync());
    }

    [Fact]
    public async Task Whoever_may_not_watch_taps_nothing()
    {
        var (code, _, errors) = LinkerdCli.Try("viz", "tap", "deploy/web", "-n", Demo, "--as", "nobody", "--as-group", "system:authenticated");
        Assert.Equal(1, code);
        Assert.Contains("forbidden", errors, StringComparison.OrdinalIgnoreCase);
        // With the role of the chart, and in this namespace alone.
        Kubectl.Run("-n", Demo, "create", "rolebinding", "tappers", "--clusterrole=linkerd-linkerd-viz-tap-admin", "--user=somebody");
        using var tap = LinkerdProcess.Start("viz", "tap", "deploy/web", "-n", Demo, "--as", "somebody");
        await tap.LineAsync(static l => l.StartsWith("req ", StringComparison.Ordinal), "a request");
    }

    [Fact]
    public async Task The_dashboard_is_reached_and_takes_the_edit_of_its_hosts()
    {
        using (var dashboard = LinkerdProcess.Start("viz", "dashboard", "-p", "0", "--show", "url"))
        {
            using var http = await OpenAsync(dashboard);
            var overview = "";
            await Eventually.TrueAsync(() => (overview = Get(http, "/api/overview").Body).Contains(Demo, StringComparison.Ordinal), "the demo on the dashboard", 60);
            Assert.Equal(HttpStatusCode.OK, Get(http, "/api/session").Status);
            Assert.Equal(HttpStatusCode.BadRequest, Get(http, "/api/session", "dashboard.example.com").Status);
            // The checks of its own account: each of them may read what it looks at.
            var check = JsonNode.Parse(Get(http, "/api/check").Body)!;
            Assert.DoesNotContain("forbidden", check.ToJsonString(), StringComparison.OrdinalIgnoreCase);
        }

        // As in the walkthrough: the argument is edited by hand.
        var deployment = Kubectl.Run("-n", "linkerd-viz", "get", "deploy", "web", "-o", "yaml");
        Kubectl.RunWith(HostArgument().Replace(deployment, "$1-enforced-host=.*"), "replace", "-f", "-");
        Kubectl.WaitForRollout("linkerd-viz", "web");
        using var open = LinkerdProcess.Start("viz", "dashboard", "-p", "0", "--show", "url");
        using var client = await OpenAsync(open);
        Assert.Equal(HttpStatusCode.OK, Get(client, "/api/session", "dashboard.example.com").Status);
    }

    [Fact]
    public async Task Only_the_extension_may_ask_metrics_api_for_numbers()
    {
        var address = Kubectl.Run("-n", "linkerd-viz", "get", "svc", "metrics-api", "-o", "jsonpath={.spec.clusterIP}");
        await Eventually.TrueAsync(() => MeshFixture.Status("client", $"http://{address}:8086/api/v1/query?query=up") == 403, "a refusal", 60);
    }

    [Fact]
    public async Task A_namespace_that_denies_is_scraped_once_that_is_allowed()
    {
        const string ns = "viz-deny";
        Kubectl.Apply($$"""
            apiVersion: v1
            kind: Namespace
            metadata:
              name: {{ns}}
              annotations: {linkerd.io/inject: enabled, config.linkerd.io/default-inbound-policy: deny}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: quiet, namespace: {{ns}}}
            spec:
              terminationGracePeriodSeconds: 0
              containers: [{name: app, image: {{MeshFixture.AppImage}}, command: [sleep, "100000"]}]
            """);
        try
        {
            Kubectl.Run("-n", ns, "wait", "--for=condition=Ready", "pod/quiet", "--timeout=120s");
            var before = LinkerdCli.Output("viz", "check", "--proxy", "-n", ns, "--wait", "0s");
            Assert.Contains($"‼ prometheus is authorized to scrape data plane pods\n    prometheus may not be authorized to scrape the following pods:\n\t* {ns}/quiet\n", before, StringComparison.Ordinal);
            Kubectl.Apply(LinkerdCli.Output("viz", "allow-scrapes", "-n", ns));
            var after = LinkerdCli.Output("viz", "check", "--proxy", "-n", ns, "--wait", "2m");
            Assert.EndsWith("√ prometheus is authorized to scrape data plane pods\n√ data plane proxy metrics are present in Prometheus\n\nStatus check results are √\n", after, StringComparison.Ordinal);
        }
        finally
        {
            Kubectl.Run("delete", "namespace", ns);
        }
    }

    private static string? Row(string table, string name) => table.Split('\n').FirstOrDefault(l => l.TrimStart().StartsWith(name + " ", StringComparison.Ordinal));

    private static List<string> EdgesOf(string table) =>
        [.. table.Split('\n').Select(static l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(static w => w.Length >= 5).Select(static w => $"{w[0]} {w[1]} {w[^1]}")];

    private static async Task<HttpClient> OpenAsync(LinkerdProcess dashboard)
    {
        var line = await dashboard.LineAsync(static l => l.StartsWith("http://localhost:", StringComparison.Ordinal), "the address");
        return new HttpClient { BaseAddress = new Uri(line), Timeout = TimeSpan.FromSeconds(90) };
    }

    private static (HttpStatusCode Status, string Body) Get(HttpClient http, string path, string? host = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Host = host;
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        using var response = http.SendAsync(request).GetAwaiter().GetResult();
        return (response.StatusCode, response.Content.ReadAsStringAsync().GetAwaiter().GetResult());
    }

    // The item of the list, and not what kubectl remembers of the last apply.
    [GeneratedRegex("(?m)^( +- )-enforced-host=.*$")]
    private static partial Regex HostArgument();
}
