namespace Linkerd.Cli.Tests.Local;

/// <summary>Two ordinary programs of Debian's in a cluster with the mesh, reached in every way that Services offer.</summary>
public sealed class NginxAndRedisTests
{
    private static readonly string[] s_namespaces = ["meshed", "plain"];

    [Fact]
    public async Task They_are_reached_from_meshed_and_unmeshed_pods_and_survive_a_restart()
    {
        await using var cluster = new RunningCluster();
        await cluster.UpAsync();
        await cluster.ApplyAsync(Application);
        await ReadyAsync(cluster);
        await EverythingAnswersAsync(cluster);
        Assert.Equal("2/2 1/1", await ContainersAsync(cluster));
        Assert.Contains("OK", await RedisAsync(cluster, "meshed", "set", "kept", "42"), StringComparison.Ordinal);
        var port = await NodePortAsync(cluster);

        var (code, text) = await cluster.LocalAsync("down");
        Assert.True(code == 0, text);
        await cluster.UpAsync();
        await ReadyAsync(cluster);
        Assert.Equal(port, await NodePortAsync(cluster));
        await EverythingAnswersAsync(cluster);
        Assert.Equal("42", (await RedisAsync(cluster, "plain", "get", "kept")).Trim());
    }

    private static async Task ReadyAsync(RunningCluster cluster)
    {
        foreach (var (ns, name) in ((string, string)[])[("meshed", "nginx"), ("meshed", "redis"), ("meshed", "client"), ("plain", "client")])
            await cluster.KubectlAsync("-n", ns, "rollout", "status", "deploy/" + name, "--timeout=120s");
    }

    private static async Task EverythingAnswersAsync(RunningCluster cluster)
    {
        var port = await NodePortAsync(cluster);
        foreach (var ns in s_namespaces)
        {
            // ClusterIP by name; NodePort at the node's address; headless, where the name is the pod itself.
            Assert.Equal("200", await CurlAsync(cluster, ns, "http://nginx.meshed"));
            var node = await cluster.KubectlAsync("get", "node", "-o", "jsonpath={.items[0].status.addresses[?(@.type==\"InternalIP\")].address}");
            Assert.Equal("200", await CurlAsync(cluster, ns, $"http://{node}:{port}/"));
            Assert.Equal("PONG", (await RedisAsync(cluster, ns, "ping")).Trim());
        }

        await RunningCluster.UntilAsync(
            async () => await cluster.RunAsync(null, "curl", "-s", "-m", "10", "-o", "/dev/null", "-w", "%{http_code}", $"http://127.0.0.1:{port}/") == (0, "200"),
            "an answer of the NodePort at the machine's loopback");
    }

    private static async Task<string> CurlAsync(RunningCluster cluster, string ns, string url)
    {
        var answer = "";
        await RunningCluster.UntilAsync(async () => (answer = await ExecAsync(cluster, ns, "curl", "-s", "-m", "10", "-o", "/dev/null", "-w", "%{http_code}", url)) == "200", $"an answer of {url} in {ns}");
        return answer;
    }

    private static Task<string> RedisAsync(RunningCluster cluster, string ns, params string[] command) => ExecAsync(cluster, ns, ["redis-cli", "-h", "redis.meshed", .. command]);

    private static async Task<string> ExecAsync(RunningCluster cluster, string ns, params string[] command) =>
        (await cluster.TryKubectlAsync(null, ["-n", ns, "exec", "deploy/client", "-c", "client", "--", .. command])).Text;

    private static Task<string> NodePortAsync(RunningCluster cluster) => cluster.KubectlAsync("-n", "meshed", "get", "service", "nginx-node", "-o", "jsonpath={.spec.ports[0].nodePort}");

    private static async Task<string> ContainersAsync(RunningCluster cluster)
    {
        var counts = new List<string>();
        foreach (var ns in s_namespaces)
            counts.Add((await cluster.KubectlAsync("-n", ns, "get", "pods", "-l", "app=client", "--no-headers")).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]);
        return string.Join(' ', counts);
    }

    private static string Client(string ns) => $$"""
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: client, namespace: "{{ns}}"}
        spec:
          selector: {matchLabels: {app: client} }
          template:
            metadata: {labels: {app: client} }
            spec: {containers: [{name: client, image: host, command: [sleep, infinity]}]}
        """;

    private static string Application => $$"""
        apiVersion: v1
        kind: Namespace
        metadata: {name: meshed, annotations: {linkerd.io/inject: enabled} }
        ---
        apiVersion: v1
        kind: Namespace
        metadata: {name: plain}
        ---
        {{Client("meshed")}}
        ---
        {{Client("plain")}}
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: nginx, namespace: meshed}
        spec:
          replicas: 2
          selector: {matchLabels: {app: nginx} }
          template:
            metadata: {labels: {app: nginx} }
            spec:
              containers:
              - name: nginx
                image: host
                command: [nginx, -g, "daemon off;"]
                ports: [{containerPort: 80, name: http}]
                readinessProbe: {httpGet: {path: /, port: http}, periodSeconds: 1}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: nginx, namespace: meshed}
        spec: {selector: {app: nginx}, ports: [{port: 80, targetPort: http}]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: nginx-node, namespace: meshed}
        spec: {type: NodePort, selector: {app: nginx}, ports: [{port: 80, targetPort: http}]}
        ---
        apiVersion: v1
        kind: PersistentVolumeClaim
        metadata: {name: redis, namespace: meshed}
        spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi} } }
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: redis, namespace: meshed}
        spec:
          selector: {matchLabels: {app: redis} }
          template:
            metadata: {labels: {app: redis} }
            spec:
              containers:
              - name: redis
                image: host
                command: [redis-server, --bind, 0.0.0.0, --protected-mode, "no", --dir, /data, --appendonly, "yes"]
                ports: [{containerPort: 6379}]
                readinessProbe: {tcpSocket: {port: 6379}, periodSeconds: 1}
                volumeMounts: [{name: data, mountPath: /data}]
              volumes: [{name: data, persistentVolumeClaim: {claimName: redis} }]
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: redis, namespace: meshed}
        spec: {clusterIP: None, selector: {app: redis}, ports: [{port: 6379}]}
        """;
}
