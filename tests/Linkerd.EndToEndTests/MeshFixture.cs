using Linkerd.Inject;
using System.Text.Json.Nodes;

[assembly: AssemblyFixture(typeof(Linkerd.EndToEndTests.MeshFixture))]

// The tests share one cluster, and some take its control plane or its pods away.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
[assembly: TestCollectionOrderer(typeof(Linkerd.EndToEndTests.LastThingsLast))]

namespace Linkerd.EndToEndTests;

/// <summary>
/// A control plane on a real cluster, installed as a user installs it (<see cref="Installation"/>), and in namespace <c>e2e</c> meshed Deployments: <c>server</c> and <c>client</c>, <c>fleet</c>
/// (three pods), <c>strict</c> (lets only meshed clients in) and <c>opaque</c> (its port is not to be looked into).
/// Environment: KUBECONFIG; E2E_REGISTRY (default localhost/linkerd-cs) and E2E_APP_IMAGE, an image with busybox
/// (default localhost/base:1), loaded into the cluster; E2E_KEEP=1 leaves everything in place.
/// </summary>
public sealed class MeshFixture : IDisposable
{
    public const string Namespace = "e2e";

    /// <summary>What the meshed pods of the namespace are called, but for those of <c>server</c>, which has its own account.</summary>
    public const string Identity = "default.e2e.serviceaccount.identity.linkerd.cluster.local";

    public MeshFixture()
    {
        var version = JsonNode.Parse(Kubectl.Run("version", "-o", "json"))!["serverVersion"]!;
        ServerVersion = KubernetesVersion.Parse(version["major"]!.GetValue<string>(), version["minor"]!.GetValue<string>())!.Value;
        Installation = Installation.Perform();
        Kubectl.Apply(Application);
        foreach (var deployment in (string[])["server", "client", "fleet", "strict", "opaque"])
            Kubectl.WaitForRollout(Namespace, deployment);
    }

    public static string Registry { get; } = Environment.GetEnvironmentVariable("E2E_REGISTRY") is { Length: > 0 } registry ? registry : "localhost/linkerd-cs";

    public static string AppImage { get; } = Environment.GetEnvironmentVariable("E2E_APP_IMAGE") is { Length: > 0 } image ? image : "localhost/base:1";

    public KubernetesVersion ServerVersion { get; }

    /// <summary>What the commands of the installation said.</summary>
    internal Installation Installation { get; }

    /// <summary>The running pods of a Deployment that are not about to go.</summary>
    public static IReadOnlyList<JsonNode> Pods(string app) =>
    [
        .. JsonNode.Parse(Kubectl.Run("-n", Namespace, "get", "pods", "-l", $"app={app}", "--field-selector=status.phase=Running", "-o", "json"))!["items"]!.AsArray()
            .Where(static p => p!["metadata"]!["deletionTimestamp"] is null).Select(static p => p!),
    ];

    /// <summary>The only running pod of a Deployment.</summary>
    public static JsonNode Pod(string app) => Pods(app).Single();

    /// <summary>A page of a pod's port, fetched through the API server.</summary>
    public static string Fetch(string app, int port, string path) =>
        Kubectl.Run("get", "--raw", $"/api/v1/namespaces/{Namespace}/pods/{Pod(app)["metadata"]!["name"]}:{port}/proxy{path}");

    /// <summary>What a command in the client's application container writes.</summary>
    public static string InClient(string command) => Kubectl.Run("-n", Namespace, "exec", "deployment/client", "-c", "app", "--", "sh", "-c", command);

    /// <summary>The HTTP status that a GET from a pod of the namespace is answered with; 0 when nothing answers.</summary>
    public static int Status(string from, string url, string header = "") =>
        StatusOf(Exec(from, $"timeout 5 wget -S -O /dev/null {(header.Length == 0 ? "" : $"--header '{header}'")} {url} 2>&1 || true"));

    /// <summary>The body of the answer to a GET from a pod of the namespace.</summary>
    public static string Body(string from, string url, string header = "") =>
        Exec(from, $"timeout 5 wget -q -O- {(header.Length == 0 ? "" : $"--header '{header}'")} {url} 2>/dev/null || true").Trim();

    /// <summary>What a command in the application container of a Deployment, or in the pod <c>outsider</c>, writes.</summary>
    public static string Exec(string from, string command) =>
        Kubectl.Run(["-n", Namespace, "exec", .. (string[])(from == "outsider" ? ["outsider"] : ["deployment/" + from, "-c", "app"]), "--", "sh", "-c", command]);

    // The first line of the answer, "  HTTP/1.1 200 OK", wherever wget puts its own words.
    private static int StatusOf(string text)
    {
        var at = text.IndexOf("HTTP/1.", StringComparison.Ordinal);
        return at >= 0 && text.Length > at + 12 && int.TryParse(text.AsSpan(at + 9, 3), out var status) ? status : 0;
    }

    /// <summary>What a command in the pod without a proxy writes.</summary>
    public static string InOutsider(string command) => Kubectl.Run("-n", Namespace, "exec", "outsider", "--", "sh", "-c", command);

    /// <summary>The lines of a pod's metrics that have all of the words.</summary>
    public static IEnumerable<string> Metrics(string app, params string[] words) =>
        Fetch(app, 4191, "/metrics").Split('\n').Where(line => words.All(w => line.Contains(w, StringComparison.Ordinal)));

    public void Dispose()
    {
        if (Environment.GetEnvironmentVariable("E2E_KEEP") == "1")
            return;
        Kubectl.Try(null, "delete", "namespace", Namespace, "--wait=false", "--ignore-not-found");
        if (LinkerdCli.Try("uninstall", "--force") is { Code: 0 } left)
            Kubectl.Try(left.Output, "delete", "-f", "-", "--wait=false", "--ignore-not-found");
    }

    // Requests are made in this container by tens of thousands, and busybox' timeout leaves a process behind for each: the first process of a
    // container has to take note of their ends, which sleep does not, or they fill the machine's table of processes.
    private const string Idle = "trap 'exit 0' TERM; while :; do sleep 100000 & wait; done";

    private static string Application => $$"""
        apiVersion: v1
        kind: Namespace
        metadata:
          name: {{Namespace}}
          annotations:
            linkerd.io/inject: enabled
            config.linkerd.io/proxy-log-level: warn,linkerd=info
        ---
        apiVersion: v1
        kind: ServiceAccount
        metadata: {name: server, namespace: "{{Namespace}}" }
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: server, namespace: "{{Namespace}}" }
        spec:
          selector: {app: server}
          ports: [{name: http, port: 80, targetPort: 8080}]
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: database, namespace: "{{Namespace}}" }
        spec:
          selector: {app: none}
          ports: [{port: 3306}]
        ---
        {{Deployment("server", "mkdir -p /tmp/www && echo hello from the server > /tmp/www/index.html && mkdir /tmp/other && echo hello from the other port > /tmp/other/index.html && httpd -p 8081 -h /tmp/other && exec httpd -f -p 8080 -h /tmp/www", "8080", account: "server")}}
        ---
        {{Deployment("client", Idle, "9999")}}
        ---
        {{Deployment("fleet", "mkdir -p /tmp/www && echo one of many > /tmp/www/index.html && exec httpd -f -p 8080 -h /tmp/www", "8080", replicas: 3)}}
        ---
        {{Service("fleet", "{port: 80, targetPort: 8080}")}}
        ---
        {{Deployment("strict", "mkdir -p /tmp/www && echo members only > /tmp/www/index.html && exec httpd -f -p 8080 -h /tmp/www", "8080", "config.linkerd.io/default-inbound-policy: all-authenticated")}}
        ---
        {{Service("strict", "{port: 80, targetPort: 8080}")}}
        ---
        {{Deployment("opaque", "mkdir -p /tmp/www && echo bytes > /tmp/www/index.html && exec httpd -f -p 8080 -h /tmp/www", "8080", "config.linkerd.io/opaque-ports: '8080'")}}
        ---
        {{Service("opaque", "{port: 8080}", "config.linkerd.io/opaque-ports: '8080'")}}
        ---
        apiVersion: v1
        kind: Pod
        metadata:
          name: outsider
          namespace: {{Namespace}}
          annotations: {linkerd.io/inject: disabled}
        spec:
          terminationGracePeriodSeconds: 0
          containers: [{name: app, image: {{AppImage}}, command: [sleep, "100000"]}]
        """;

    private static string Service(string name, string port, string annotation = "") => $$"""
        apiVersion: v1
        kind: Service
        metadata: {name: "{{name}}", namespace: "{{Namespace}}", annotations: { {{annotation}} } }
        spec:
          selector: {app: "{{name}}" }
          ports: [{{port}}]
        """;

    private static string Deployment(string name, string command, string port, string annotation = "", int replicas = 1, string account = "default") => $$"""
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: "{{name}}", namespace: "{{Namespace}}" }
        spec:
          replicas: {{replicas}}
          selector:
            matchLabels:
              app: {{name}}
          template:
            metadata:
              labels: {app: "{{name}}" }
              annotations: { {{annotation}} }
            spec:
              serviceAccountName: {{account}}
              terminationGracePeriodSeconds: 0
              containers:
              - name: app
                image: {{AppImage}}
                command: [sh, -c, "{{command}}"]
                ports:
                - containerPort: {{port}}
        """;
}
