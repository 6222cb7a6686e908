using System.Text.Json.Nodes;
using Linkerd.Kubernetes.Yaml;

namespace Linkerd.Cli.Tests.Local;

/// <summary>What linkerd explain says beside what proxies do, and the commands that look into a running mesh. Needs root.</summary>
[Trait("Needs", "mesh"), Collection("a whole mesh")]
public sealed class MeshCommandTests(MeshedShop shop) : IClassFixture<MeshedShop>
{
    private const string Container = "# CONTAINER ";

    [Theory]
    [InlineData("shop", "client", "/", "", 0, "web-v1 200", "AuthorizationPolicy shop/clients")]
    [InlineData("shop", "admin", "/", "", 403, "403", "denied by all of: AuthorizationPolicy shop/clients (wants client.shop.serviceaccount.identity.linkerd.cluster.local)")]
    [InlineData("shop", "admin", "/admin/x", "", 0, "web-v1 200", "AuthorizationPolicy shop/admins")]
    [InlineData("shop", "client", "/admin", "", 403, "403", "HTTPRoute shop/admin")]
    [InlineData("plain", "stranger", "/", "", 403, "403", "the client has no proxy")]
    [InlineData("shop", "client", "/", "x-version: v2", 0, "web-v2 200", "spec.rules[0].backendRefs[0]")]
    [InlineData("shop", "client", "/old", "", 301, "301", "redirect to the request's scheme://new.example")]
    [InlineData("shop", "client", "/", "POST", 404, "404", "no route matches the request")]
    public async Task Its_verdict_is_what_the_proxies_do(string ns, string client, string path, string detail, int status, string answer, string because)
    {
        string[] explained = detail == "POST" ? ["-X", "POST"] : detail.Length > 0 ? ["-H", detail] : [];
        var json = await ExplainAsync(ns, client, path, explained);
        var said = json["answer"] ?? Assert.Single(json["paths"]!.AsArray())!["answer"];
        Assert.True(said!["status"]!.GetValue<int>() == status, json.ToJsonString());
        Assert.Contains(because.Replace("'", "\\u0027", StringComparison.Ordinal), json.ToJsonString(), StringComparison.Ordinal);

        var got = "";
        await RunningCluster.UntilAsync(async () => (got = await shop.CurlAsync(ns, client, [.. explained, "http://web.shop" + path])).EndsWith(answer, StringComparison.Ordinal), $"{answer} for {client} {path}, got {got}");
    }

    [Fact]
    public async Task A_split_is_explained_with_its_shares()
    {
        var paths = (await ExplainAsync("shop", "client", "/split")).AsObject()["paths"]!.AsArray();
        Assert.Equal(["Service shop/web-v1:80 0.5 spec.rules[1].backendRefs[0]", "Service shop/web-v2:80 0.5 spec.rules[1].backendRefs[1]"], paths.Select(p => $"{p!["backend"]} {p["share"]} {p["field"]}"));
        var seen = new HashSet<string>();
        await RunningCluster.UntilAsync(async () =>
        {
            seen.Add(await shop.CurlAsync("shop", "client", "http://web.shop/split"));
            return seen.Contains("web-v1 200") && seen.Contains("web-v2 200");
        }, "both versions");
    }

    [Fact]
    public async Task A_timeout_is_explained_with_the_field_that_sets_it()
    {
        var json = await ExplainAsync("shop", "client", "/slow");
        var timeout = Assert.Single(json["outbound"]!.AsArray(), f => f!["aspect"]!.GetValue<string>() == "timeout")!;
        Assert.Equal("HTTPRoute shop/web, spec.rules[2].timeouts.request", $"{timeout["object"]}, {timeout["field"]}");
        Assert.StartsWith("request 300ms", timeout["value"]!.GetValue<string>(), StringComparison.Ordinal);
        await RunningCluster.UntilAsync(async () => (await shop.CurlAsync("shop", "client", "http://web.shop/slow")).EndsWith("504", StringComparison.Ordinal), "a timeout");
    }

    [Fact]
    public async Task A_rate_limit_is_explained_with_its_policy()
    {
        var json = await ExplainAsync("shop", "client", "/", "-H", "x-version: v2");
        var limit = Assert.Single(json["paths"]![0]!["inbound"]!.AsArray(), f => f!["aspect"]!.GetValue<string>() == "rate limit")!;
        Assert.Equal("2 requests a second of this client: beyond, 429; HTTPLocalRateLimitPolicy shop/slowly; spec.identity.requestsPerSecond", $"{limit["value"]}; {limit["object"]}; {limit["field"]}");
        await RunningCluster.UntilAsync(async () => (await shop.Cluster.TryKubectlAsync(null, "-n", "shop", "exec", "deploy/client", "-c", "main", "--",
            "curl", "-s", "-o", "/dev/null", "-w", "%{http_code} ", "-H", "x-version: v2", "http://web.shop/[1-20]")).Text.Contains("429", StringComparison.Ordinal), "a refusal");
    }

    [Fact]
    public async Task The_text_shows_both_proxies_and_the_answer()
    {
        var (code, output, error) = await shop.RunAsync("explain", "-n", "shop", "sa/admin", "web:80", "--path", "/admin");
        Assert.True(code == 0, error);
        Assert.StartsWith("from     pod shop/admin-", output, StringComparison.Ordinal);
        foreach (var line in (string[])["\nclient's proxy\n", "\n  route           the request matches\n                  by HTTPRoute shop/web, spec.rules[4].matches[0]\n", "\nserver's proxy (pod shop/web-v1-", "\n=> the application answers\n"])
            Assert.Contains(line, output, StringComparison.Ordinal);
        foreach (var (arguments, expected) in ((string[], string)[])
            [(["deploy/none", "web:80"], "not found"), (["deploy/client", "none:80"], "there is no Service none in namespace shop"), (["deploy/client", "web:x"], "'x' is not a port"), (["client", "web:80"], "is not TYPE/NAME")])
        {
            (code, _, error) = await shop.RunAsync(["explain", "-n", "shop", .. arguments]);
            Assert.Equal(1, code);
            Assert.Contains(expected, error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Diagnostics_show_what_proxies_are_told()
    {
        var pod = await shop.Cluster.KubectlAsync("-n", "shop", "get", "pod", "-l", "app=web-v1", "-o", "jsonpath={.items[0].metadata.name}");
        var inbound = KubernetesYaml.Read((await shop.RunAsync("diagnostics", "policy", "-n", "shop", "po/" + pod, "8080")).Out)!;
        Assert.Equal("web-v1", inbound["labels"]!["name"]!.GetValue<string>());
        Assert.Equal(["admin", "pages"], inbound["protocol"]!["http1"]!["routes"]!.AsArray().Select(r => r!["metadata"]!["resource"]!["name"]!.GetValue<string>()).Order());
        var outbound = JsonNode.Parse((await shop.RunAsync("diagnostics", "policy", "-n", "shop", "svc", "web", "80", "-o", "json", "--token", "shop:client")).Out)!;
        var rules = outbound["protocol"]!["detect"]!["http1"]!["routes"]![0]!["rules"]!.AsArray();
        Assert.Equal(5, rules.Count);
        Assert.Equal("0.3s", rules[2]!["timeouts"]!["request"]!.GetValue<string>());
        Assert.Equal("v2", rules[0]!["matches"]![0]!["headers"]![0]!["exact"]!.GetValue<string>());
        Assert.Contains("it must be pod or svc", (await shop.RunAsync("diagnostics", "policy", "cm/x", "80")).Error, StringComparison.Ordinal);
        Assert.Contains("'http' is not a port", (await shop.RunAsync("diagnostics", "policy", "svc/web", "http")).Error, StringComparison.Ordinal);

        var (code, metrics, _) = await shop.RunAsync("diagnostics", "controller-metrics");
        Assert.Equal(0, code);
        Assert.Equal(["destination", "identity", "policy", "proxy-injector", "sp-validator"], metrics.Split('\n').Where(l => l.StartsWith(Container, StringComparison.Ordinal)).Select(l => l[Container.Length..]).Order());
        Assert.Contains("endpoints_exists", metrics, StringComparison.Ordinal);

        var profiles = KubernetesYaml.ReadAll((await shop.RunAsync("diagnostics", "install-sp")).Out);
        Assert.Equal(["linkerd-dst", "linkerd-identity", "linkerd-policy"], profiles.Select(p => p["metadata"]!["name"]!.GetValue<string>().Split('.')[0]));
        Assert.Contains("Certify", profiles[1].ToJsonString(), StringComparison.Ordinal);

        Assert.Equal(
            """
            ROUTE   SERVER   AUTHORIZATION_POLICY   SERVER_AUTHORIZATION
            admin   web-v1   admins                 -
            pages   web-v1   clients                -

            """, (await shop.RunAsync("authz", "-n", "shop", "deploy/web-v1")).Out);
    }

    [Fact]
    public async Task Versions_and_checks_of_the_data_plane()
    {
        // Within the five seconds that the command takes at most, a busy machine may not answer.
        var versions = "";
        await RunningCluster.UntilAsync(async () => !(versions = (await shop.RunAsync("version", "--proxy", "-n", "shop")).Out).Contains("unavailable", StringComparison.Ordinal), "versions");
        Assert.Equal($"Client version: {LinkerdVersion.Current}\nServer version: {LinkerdVersion.Current}\nProxy versions:\n\t{LinkerdVersion.Current} (4 pods)\n", versions);
        var (code, output, error) = await shop.RunAsync("-n", "shop", "check", "--proxy");
        Assert.True(code == 0, output + error);
        Assert.EndsWith("""
            linkerd-identity-data-plane
            ---------------------------
            √ data plane proxies certificate match CA

            linkerd-control-plane-proxy
            ---------------------------
            √ control plane proxies are healthy
            √ control plane proxies and cli versions match

            linkerd-data-plane
            ------------------
            √ data plane namespace exists
            √ data plane proxies are ready
            √ data plane and cli versions match
            √ data plane pod labels are configured correctly
            √ data plane service labels are configured correctly
            √ data plane service annotations are configured correctly

            linkerd-opaque-ports-definition
            -------------------------------
            √ opaque ports are properly annotated

            Status check results are √

            """, output, StringComparison.Ordinal);
    }

    private async Task<JsonNode> ExplainAsync(string ns, string client, string path, params string[] more)
    {
        var (code, output, error) = await shop.RunAsync(["explain", "-n", ns, "deploy/" + client, "web.shop:80", "--path", path, "-o", "json", .. more]);
        return code == 0 ? JsonNode.Parse(output)! : throw new InvalidOperationException(error);
    }
}
