using Linkerd.Inject;
using Linkerd.Inject.ControlPlane;
using Linkerd.Inject.Values;
using System.Text.Json.Nodes;

namespace Linkerd.EndToEndTests;

/// <summary>
/// A control plane on a real cluster, and in namespace <c>e2e</c> two meshed Deployments, <c>server</c> and <c>client</c>.
/// Environment: KUBECONFIG; E2E_REGISTRY (default localhost/linkerd-cs) and E2E_APP_IMAGE, an image with busybox
/// (default localhost/base:1), loaded into the cluster; E2E_KEEP=1 leaves everything in place.
/// </summary>
public sealed class MeshFixture : IDisposable
{
    public const string Namespace = "e2e";

    private readonly string _controlPlane;

    public MeshFixture()
    {
        var version = JsonNode.Parse(Kubectl.Run("version", "-o", "json"))!["serverVersion"]!;
        ServerVersion = KubernetesVersion.Parse(version["major"]!.GetValue<string>(), version["minor"]!.GetValue<string>())!.Value;
        _controlPlane = ControlPlaneManifests.Render(new ControlPlaneOptions
        {
            Registry = Registry,
            ServerVersion = ServerVersion,
            ReadinessPeriodSeconds = 1,
            Values = new InjectValues { Proxy = new ProxyValues { LogLevel = "warn,linkerd=info" } },
        });
        Kubectl.Apply(_controlPlane);
        foreach (var deployment in (string[])["linkerd-identity", "linkerd-destination", "linkerd-proxy-injector"])
            Kubectl.WaitForRollout("linkerd", deployment);
        Kubectl.Apply(Application);
        Kubectl.WaitForRollout(Namespace, "server");
        Kubectl.WaitForRollout(Namespace, "client");
    }

    public static string Registry { get; } = Environment.GetEnvironmentVariable("E2E_REGISTRY") is { Length: > 0 } registry ? registry : "localhost/linkerd-cs";

    public static string AppImage { get; } = Environment.GetEnvironmentVariable("E2E_APP_IMAGE") is { Length: > 0 } image ? image : "localhost/base:1";

    public KubernetesVersion ServerVersion { get; }

    /// <summary>The only running pod of a Deployment.</summary>
    public JsonNode Pod(string app) =>
        JsonNode.Parse(Kubectl.Run("-n", Namespace, "get", "pods", "-l", $"app={app}", "--field-selector=status.phase=Running", "-o", "json"))!["items"]!.AsArray().Single()!;

    /// <summary>A page of a pod's port, fetched through the API server.</summary>
    public string Fetch(string app, int port, string path) =>
        Kubectl.Run("get", "--raw", $"/api/v1/namespaces/{Namespace}/pods/{Pod(app)["metadata"]!["name"]}:{port}/proxy{path}");

    /// <summary>What a command in the client's application container writes.</summary>
    public string InClient(string command) => Kubectl.Run("-n", Namespace, "exec", "deployment/client", "-c", "app", "--", "sh", "-c", command);

    public void Dispose()
    {
        if (Environment.GetEnvironmentVariable("E2E_KEEP") == "1")
            return;
        Kubectl.Try(null, "delete", "namespace", Namespace, "--wait=false");
        Kubectl.Try(_controlPlane, "delete", "-f", "-", "--wait=false", "--ignore-not-found");
    }

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
        {{Deployment("server", "mkdir -p /tmp/www && echo hello from the server > /tmp/www/index.html && exec httpd -f -p 8080 -h /tmp/www", "8080")}}
        ---
        {{Deployment("client", "exec sleep 100000", "9999")}}
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

    private static string Deployment(string name, string command, string port) => $$"""
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: "{{name}}", namespace: "{{Namespace}}" }
        spec:
          selector:
            matchLabels:
              app: {{name}}
          template:
            metadata:
              labels: {app: "{{name}}" }
            spec:
              terminationGracePeriodSeconds: 0
              containers:
              - name: app
                image: {{AppImage}}
                command: [sh, -c, "{{command}}"]
                ports:
                - containerPort: {{port}}
        """;
}
