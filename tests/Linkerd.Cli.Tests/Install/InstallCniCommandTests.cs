using System.Text.Json.Nodes;
using Linkerd.Kubernetes;

namespace Linkerd.Cli.Tests.Install;

/// <summary><c>linkerd install-cni</c>, and the lines of <c>check</c> about what it installs.</summary>
public sealed class InstallCniCommandTests
{
    private static readonly string[] Objects =
        ["Namespace linkerd-cni", "ServiceAccount linkerd-cni", "ConfigMap linkerd-cni-config", "ClusterRole linkerd-cni", "ClusterRoleBinding linkerd-cni", "DaemonSet linkerd-cni"];

    [Fact]
    public async Task The_default_is_for_proxies_with_default_ports()
    {
        var manifests = await RenderAsync();

        Assert.Equal(Objects, manifests.Select(m => $"{m["kind"]} {m["metadata"]!["name"]}"));
        Assert.All(manifests, m => Assert.Equal("true", m["metadata"]!["labels"]!["linkerd.io/cni-resource"]!.GetValue<string>()));
        var entry = Entry(manifests);
        Assert.Equal("""{"kubeconfig":"__KUBECONFIG_FILEPATH__","exclude_namespaces":["linkerd-cni"]}""", entry["kubernetes"]!.ToJsonString());
        Assert.Equal(
            """{"incoming-proxy-port":4143,"outgoing-proxy-port":4140,"proxy-uid":2102,"ports-to-redirect":[],"inbound-ports-to-ignore":["4191","4190"],"simulate":false,"use-wait-flag":false,"iptables-mode":"nft","ipv6":false}""",
            entry["linkerd"]!.ToJsonString());
        var container = Container(manifests);
        Assert.Equal("ghcr.io/linkerd-cs/cni-plugin:" + LinkerdVersion.Current, container["image"]!.GetValue<string>());
        Assert.Equal("""{"add":["DAC_OVERRIDE"],"drop":["ALL"]}""", container["securityContext"]!["capabilities"]!.ToJsonString());
    }

    [Fact]
    public async Task Flags_set_their_values()
    {
        var manifests = await RenderAsync("--cni-namespace", "mesh-cni", "--registry", "registry.example/mesh/", "--cni-image-version", "v9", "--proxy-uid", "3000", "--proxy-gid", "3001",
            "--inbound-port", "5143", "--outbound-port", "5140", "--control-port", "5190", "--admin-port", "5191", "--skip-inbound-ports", "25,3306-3310", "--skip-inbound-ports", "99",
            "--skip-outbound-ports", "443", "--redirect-ports", "80,8080", "--cni-log-level", "debug", "--dest-cni-net-dir", "/a/net", "--dest-cni-bin-dir", "/a/bin",
            "--priority-class-name", "system-node-critical", "--use-wait-flag", "--set", "repairController.enabled=true");

        var entry = Entry(manifests);
        Assert.Equal("debug", entry["log_level"]!.GetValue<string>());
        Assert.Equal("mesh-cni", entry["kubernetes"]!["exclude_namespaces"]![0]!.GetValue<string>());
        Assert.Equal(
            """{"incoming-proxy-port":5143,"outgoing-proxy-port":5140,"proxy-uid":3000,"proxy-gid":3001,"ports-to-redirect":[80,8080],"inbound-ports-to-ignore":["5191","5190","25","3306-3310","99"],"outbound-ports-to-ignore":["443"],"simulate":false,"use-wait-flag":true,"iptables-mode":"nft","ipv6":false}""",
            entry["linkerd"]!.ToJsonString());
        var spec = manifests.Single(m => m["kind"]!.GetValue<string>() == "DaemonSet")["spec"]!["template"]!["spec"]!;
        Assert.Equal("system-node-critical", spec["priorityClassName"]!.GetValue<string>());
        Assert.Equal("registry.example/mesh/cni-plugin:v9", Container(manifests)["image"]!.GetValue<string>());
        Assert.Equal("repair-controller", spec["containers"]![1]!["name"]!.GetValue<string>());
        Assert.Equal(["/host/a/net", "/host/a/bin"], Container(manifests)["volumeMounts"]!.AsArray().Select(v => v!["mountPath"]!.GetValue<string>()));
        Assert.All(manifests.Where(m => m["metadata"]!["namespace"] is not null), m => Assert.Equal("mesh-cni", m["metadata"]!["namespace"]!.GetValue<string>()));
    }

    [Fact]
    public async Task The_image_and_its_tag_can_be_named()
    {
        Assert.Equal("registry.example/cni:v8", Container(await RenderAsync("--cni-image", "registry.example/cni", "-v", "v8"))["image"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("--skip-inbound-ports", "80-", "--skip-inbound-ports: 80- is not a port of 1 to 65535 or a range such as 3000-4000")]
    [InlineData("--redirect-ports", "80-90", "--redirect-ports: 80-90 is not a port of 1 to 65535")]
    [InlineData("--inbound-port", "0", "--inbound-port: 0 is not a port")]
    [InlineData("--dest-cni-bin-dir", "bin", "--dest-cni-bin-dir: bin is not an absolute path on the nodes")]
    [InlineData("--dest-cni-net-dir", "net", "--dest-cni-net-dir: net is not an absolute path on the nodes")]
    public async Task A_wrong_flag_is_named(string flag, string value, string message)
    {
        var (code, output, error) = await CliRunner.RunAsync("", "install-cni", flag, value);

        Assert.Equal(1, code);
        Assert.DoesNotContain("kind: DaemonSet", output, StringComparison.Ordinal);
        Assert.Contains(message, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_says_what_of_the_plugin_is_missing()
    {
        await using var server = await EmbeddedServer.StartAsync();
        Assert.Equal("""
            linkerd-cni-plugin
            ------------------
            × cni plugin ConfigMap exists
                configmaps "linkerd-cni-config" not found
                see https://linkerd.io/2/checks/#cni-plugin-cm-exists for hints

            Status check results are ×

            """, await PluginAsync(server, 1));

        await server.ApplyAsync((await server.RunAsync(0, "install-cni")).Out);
        Assert.Equal("""
            linkerd-cni-plugin
            ------------------
            √ cni plugin ConfigMap exists
            √ cni plugin ClusterRole exists
            √ cni plugin ClusterRoleBinding exists
            √ cni plugin ServiceAccount exists
            √ cni plugin DaemonSet exists
            √ cni plugin pod is running on all nodes

            Status check results are √

            """, await PluginAsync(server, 0));

        var sets = server.Client.Resource(Resources.DaemonSets, "linkerd-cni");
        await sets.PatchAsync("linkerd-cni", Patch.Merge(new JsonObject { ["status"] = new JsonObject { ["desiredNumberScheduled"] = 3, ["numberReady"] = 2 } }), "status", cancel: TestContext.Current.CancellationToken);
        Assert.Contains("number ready: 2, number scheduled: 3\n    see https://linkerd.io/2/checks/#cni-plugin-ready for hints", await PluginAsync(server, 1), StringComparison.Ordinal);
        await sets.DeleteAsync("linkerd-cni", cancel: TestContext.Current.CancellationToken);
        Assert.Contains("missing DaemonSet: linkerd-cni\n    see https://linkerd.io/2/checks/#cni-plugin-ds-exists for hints", await PluginAsync(server, 1), StringComparison.Ordinal);
        await server.Client.Resource(Resources.ServiceAccounts, "linkerd-cni").DeleteAsync("linkerd-cni", cancel: TestContext.Current.CancellationToken);
        Assert.Contains("missing ServiceAccount: linkerd-cni\n    see https://linkerd.io/2/checks/#cni-plugin-sa-exists for hints", await PluginAsync(server, 1), StringComparison.Ordinal);
        foreach (var (plural, kind, anchor) in ((string, string, string)[])[("clusterrolebindings", "ClusterRoleBinding", "crb"), ("clusterroles", "ClusterRole", "cr")])
        {
            await server.Client.Dynamic(new GroupVersionResource("rbac.authorization.k8s.io", "v1", plural), kind, false).DeleteAsync("linkerd-cni", cancel: TestContext.Current.CancellationToken);
            Assert.Contains($"missing {kind}: linkerd-cni\n    see https://linkerd.io/2/checks/#cni-plugin-{anchor}-exists for hints", await PluginAsync(server, 1), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_control_plane_that_relies_on_the_plugin_has_no_linkerd_init()
    {
        var (code, output, error) = await CliRunner.RunAsync("", "install", "--ignore-cluster", "--linkerd-cni-enabled");

        Assert.True(code == 0, error);
        Assert.All(EmbeddedServer.Read(output), m => Assert.DoesNotContain("NET_ADMIN", m.ToJsonString(), StringComparison.Ordinal));
        foreach (var deployment in EmbeddedServer.Read(output).Where(m => m["kind"]!.GetValue<string>() == "Deployment"))
            Assert.Equal("linkerd-network-validator", deployment["spec"]!["template"]!["spec"]!["initContainers"]![0]!["name"]!.GetValue<string>());
    }

    private static async Task<string> PluginAsync(EmbeddedServer server, int code)
    {
        var output = (await server.RunAsync(code, "check", "--pre", "--linkerd-cni-enabled", "--wait", "0s")).Out;
        return output[output.IndexOf("linkerd-cni-plugin", StringComparison.Ordinal)..];
    }

    private static async Task<IReadOnlyList<JsonObject>> RenderAsync(params string[] flags)
    {
        var (code, output, error) = await CliRunner.RunAsync("", ["install-cni", .. flags]);
        Assert.True(code == 0, error);
        return EmbeddedServer.Read(output);
    }

    private static JsonNode Entry(IReadOnlyList<JsonObject> manifests) =>
        JsonNode.Parse(manifests.Single(m => m["kind"]!.GetValue<string>() == "ConfigMap")["data"]!["cni_network_config"]!.GetValue<string>())!;

    private static JsonNode Container(IReadOnlyList<JsonObject> manifests) =>
        manifests.Single(m => m["kind"]!.GetValue<string>() == "DaemonSet")["spec"]!["template"]!["spec"]!["containers"]![0]!;
}
