using System.Text.Json.Nodes;
using Linkerd.Testing;

namespace Linkerd.EndToEndTests;

/// <summary>
/// The mesh without NET_ADMIN: the CNI plugin on the cluster's nodes, and a control plane that relies on it. Replaces the
/// mesh of the other tests. Environment: CNI_NET_DIR and CNI_BIN_DIR, where the nodes' container runtime has its
/// configuration and plugins (default /etc/cni/net.d and /opt/cni/bin).
/// </summary>
public sealed class CniTests : IDisposable
{
    private const string Namespace = "e2e-cni";

    private static readonly string s_netDir = Environment.GetEnvironmentVariable("CNI_NET_DIR") is { Length: > 0 } folder ? folder : "/etc/cni/net.d";
    private static readonly string s_binDir = Environment.GetEnvironmentVariable("CNI_BIN_DIR") is { Length: > 0 } folder ? folder : "/opt/cni/bin";

    private readonly string _plugin = LinkerdCli.Output(
        "install-cni", "--registry", MeshFixture.Registry, "--dest-cni-net-dir", s_netDir, "--dest-cni-bin-dir", s_binDir, "--cni-log-level", "debug", "--set", "repairController.enabled=true");

    public void Dispose()
    {
        if (Environment.GetEnvironmentVariable("E2E_KEEP") == "1")
            return;
        Kubectl.Try(null, "delete", "namespace", Namespace, "--ignore-not-found");
        RemoveMesh();
        Kubectl.Try(_plugin, "delete", "-f", "-", "--ignore-not-found");
    }

    [Fact]
    public async Task Pods_are_meshed_without_NET_ADMIN()
    {
        RemoveMesh();
        Kubectl.Try(null, "delete", "namespace", MeshFixture.Namespace, "--ignore-not-found");

        Kubectl.Apply(_plugin);
        Kubectl.Run("-n", "linkerd-cni", "rollout", "status", "daemonset/linkerd-cni", "--timeout=120s");
        Assert.Contains("""
            linkerd-cni-plugin
            ------------------
            √ cni plugin ConfigMap exists
            √ cni plugin ClusterRole exists
            √ cni plugin ClusterRoleBinding exists
            √ cni plugin ServiceAccount exists
            √ cni plugin DaemonSet exists
            √ cni plugin pod is running on all nodes
            """, LinkerdCli.Output("check", "--pre", "--linkerd-cni-enabled"), StringComparison.Ordinal);

        // Its pods have the validator too, and reach the API server beside their proxies.
        Kubectl.Apply(LinkerdCli.Output("install", "--crds"));
        Kubectl.Apply(LinkerdCli.Output("install", "--linkerd-cni-enabled", "--registry", MeshFixture.Registry, "--set", "controllerReadinessPeriodSeconds=1"));
        foreach (var deployment in (string[])["linkerd-identity", "linkerd-destination", "linkerd-proxy-injector"])
            Kubectl.WaitForRollout("linkerd", deployment);
        // Asked for by the control plane's values alone.
        Assert.Contains("√ cni plugin pod is running on all nodes", LinkerdCli.Output("check"), StringComparison.Ordinal);

        Kubectl.Apply(Application);
        Kubectl.WaitForRollout(Namespace, "server");
        Kubectl.WaitForRollout(Namespace, "client");
        AssertUnprivileged();
        await Eventually.TrueAsync(() => Exec("timeout 5 wget -qO- http://server.e2e-cni.svc.cluster.local/ || true").Trim() == "hello over the plugin", "an answer of the server", 60);
        var name = Kubectl.Run("-n", Namespace, "get", "pods", "-l", "app=server", "-o", "jsonpath={.items[0].metadata.name}");
        await Eventually.TrueAsync(
            () => Kubectl.Run("get", "--raw", $"/api/v1/namespaces/{Namespace}/pods/{name}:4191/proxy/metrics").Split('\n').Any(static l =>
                l.StartsWith("request_total{", StringComparison.Ordinal) && l.Contains("direction=\"inbound\"", StringComparison.Ordinal)
                && l.Contains("tls=\"true\"", StringComparison.Ordinal) && l.Contains("client_id=\"default.e2e-cni.serviceaccount.identity.linkerd.cluster.local\"", StringComparison.Ordinal)),
            "a request that the server's proxy knows as the client's", 30);

        await RepairAsync();
    }

    /// <summary>A pod whose network was made without the plugin is deleted, with the reason told, and replaced by one that starts.</summary>
    private static async Task RepairAsync()
    {
        var before = ServerPod()!;
        // As on a node that joins: the plugin is away while the pod is made, and comes back. The control plane's pods run on.
        Kubectl.Run("-n", "linkerd-cni", "patch", "daemonset", "linkerd-cni", "--type=merge", "-p", """{"spec":{"template":{"spec":{"nodeSelector":{"e2e.example/none":"here"}}}}}""");
        await Eventually.TrueAsync(static () => Kubectl.Run("-n", "linkerd-cni", "get", "pods", "-o", "name").Trim().Length == 0, "the end of the plugin", 90);
        Kubectl.Run("-n", Namespace, "delete", "pod", before["metadata"]!["name"]!.GetValue<string>());
        await Eventually.TrueAsync(() => ServerPod()?["status"]!["initContainerStatuses"]?[0]!.ToJsonString().Contains("\"exitCode\":95", StringComparison.Ordinal) == true, "a validator that fails", 90);
        var failed = ServerPod()!["metadata"]!["uid"]!.GetValue<string>();

        Kubectl.Run("-n", "linkerd-cni", "patch", "daemonset", "linkerd-cni", "--type=json", "-p", """[{"op":"remove","path":"/spec/template/spec/nodeSelector/e2e.example~1none"}]""");
        Kubectl.Run("-n", "linkerd-cni", "rollout", "status", "daemonset/linkerd-cni", "--timeout=120s");
        await Eventually.TrueAsync(() => ServerPod() is { } pod && pod["metadata"]!["uid"]!.GetValue<string>() != failed, "a new pod", 90);
        Kubectl.WaitForRollout(Namespace, "server");
        Assert.Contains("LinkerdCNINotConfigured", Kubectl.Run("-n", Namespace, "get", "events", "-o", "jsonpath={.items[*].reason}"), StringComparison.Ordinal);
    }

    private static void AssertUnprivileged()
    {
        foreach (var ns in (string[])["linkerd", Namespace])
        {
            var pods = JsonNode.Parse(Kubectl.Run("-n", ns, "get", "pods", "-o", "json"))!["items"]!.AsArray();
            Assert.NotEmpty(pods);
            foreach (var pod in pods)
            {
                Assert.DoesNotContain("NET_ADMIN", pod!["spec"]!.ToJsonString(), StringComparison.Ordinal);
                Assert.Equal("linkerd-network-validator", pod["spec"]!["initContainers"]![0]!["name"]!.GetValue<string>());
            }
        }
    }

    /// <summary>The pod of the server that is not about to go; null between two.</summary>
    private static JsonNode? ServerPod() => JsonNode.Parse(Kubectl.Run("-n", Namespace, "get", "pods", "-l", "app=server", "-o", "json"))!["items"]!.AsArray()
        .FirstOrDefault(static p => p!["metadata"]!["deletionTimestamp"] is null);

    private static void RemoveMesh()
    {
        if (LinkerdCli.Try("uninstall", "--force") is { Code: 0 } left)
            Kubectl.Try(left.Output, "delete", "-f", "-", "--ignore-not-found");
    }

    private static string Exec(string command) => Kubectl.Run("-n", Namespace, "exec", "deployment/client", "-c", "app", "--", "sh", "-c", command);

    private static string Application => $$"""
        apiVersion: v1
        kind: Namespace
        metadata:
          name: {{Namespace}}
          annotations: {linkerd.io/inject: enabled}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: server, namespace: "{{Namespace}}"}
        spec:
          selector: {app: server}
          ports: [{port: 80, targetPort: 8080}]
        ---
        {{Deployment("server", "mkdir -p /tmp/www && echo hello over the plugin > /tmp/www/index.html && exec httpd -f -p 8080 -h /tmp/www")}}
        ---
        {{Deployment("client", "exec sleep 100000")}}
        """;

    private static string Deployment(string name, string command) => $$"""
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: "{{name}}", namespace: "{{Namespace}}"}
        spec:
          selector:
            matchLabels: {app: "{{name}}"}
          template:
            metadata:
              labels: {app: "{{name}}"}
            spec:
              terminationGracePeriodSeconds: 0
              containers:
              - name: app
                image: {{MeshFixture.AppImage}}
                command: [sh, -c, "{{command}}"]
                ports: [{containerPort: 8080}]
        """;
}
