namespace Linkerd.Cli.Tests.Local;

/// <summary>An embedded cluster with the mesh, two versions of a server, three clients, and every kind of policy between them.</summary>
public sealed class MeshedShop : IAsyncLifetime
{
    internal RunningCluster Cluster { get; } = new();

    public async ValueTask InitializeAsync()
    {
        await Cluster.UpAsync();
        await Cluster.ApplyAsync(Workloads + Policies);
        foreach (var (ns, name) in ((string, string)[])[("shop", "web-v1"), ("shop", "web-v2"), ("shop", "client"), ("shop", "admin"), ("plain", "stranger")])
            await Cluster.KubectlAsync("-n", ns, "rollout", "status", "deploy/" + name, "--timeout=180s");
    }

    public ValueTask DisposeAsync() => Cluster.DisposeAsync();

    /// <summary>Runs linkerd in this process against the cluster.</summary>
    internal Task<(int Code, string Out, string Error)> RunAsync(params string[] arguments) =>
        CliRunner.RunAsync("", [.. arguments, "--kubeconfig", Path.Combine(Cluster.Home, "kubeconfig")]);

    /// <summary>Status and body of what a client gets.</summary>
    internal async Task<string> CurlAsync(string ns, string client, params string[] arguments) =>
        (await Cluster.TryKubectlAsync(null, ["-n", ns, "exec", "deploy/" + client, "-c", "main", "--", "curl", "-s", "-m", "10", "-w", " %{http_code}", .. arguments])).Text.Trim();

    private const string Program = """
        import http.server, os, time
        class Handler(http.server.BaseHTTPRequestHandler):
          protocol_version = 'HTTP/1.1'
          def do_GET(self):
            if self.path.startswith('/slow'): time.sleep(2)
            body = os.environ['NAME'].encode()
            self.send_response(200)
            self.send_header('content-length', str(len(body)))
            self.end_headers()
            self.wfile.write(body)
          do_POST = do_GET
          def log_message(self, *a): pass
        http.server.ThreadingHTTPServer(('', 8080), Handler).serve_forever()
        """;

    private static string Workloads => $$"""
        apiVersion: v1
        kind: Namespace
        metadata: {name: shop, annotations: {linkerd.io/inject: enabled} }
        ---
        apiVersion: v1
        kind: Namespace
        metadata: {name: plain}
        ---
        {{Server("web-v1")}}
        ---
        {{Server("web-v2")}}
        ---
        {{Service("web", "web-v1")}}
        ---
        {{Service("web-v1", "web-v1")}}
        ---
        {{Service("web-v2", "web-v2")}}
        ---
        {{Client("shop", "client")}}
        ---
        {{Client("shop", "admin")}}
        ---
        {{Client("plain", "stranger")}}
        ---

        """;

    private static string Server(string name) => $$"""
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: {{name}}, namespace: shop}
        spec:
          selector: {matchLabels: {app: {{name}}} }
          template:
            metadata: {labels: {app: {{name}}} }
            spec:
              containers:
              - name: main
                image: host
                command: [python3, -c]
                args:
                - |
                  {{Program.Replace("\n", "\n          ", StringComparison.Ordinal)}}
                env: [{name: NAME, value: {{name}}}]
                ports: [{containerPort: 8080, name: http}]
                readinessProbe: {tcpSocket: {port: 8080}, periodSeconds: 1}
        """;

    private static string Service(string name, string app) => $$"""
        apiVersion: v1
        kind: Service
        metadata: {name: {{name}}, namespace: shop}
        spec: {selector: {app: {{app}}}, ports: [{port: 80, targetPort: http}]}
        """;

    private static string Client(string ns, string name) => $$"""
        apiVersion: v1
        kind: ServiceAccount
        metadata: {name: {{name}}, namespace: {{ns}}}
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: {{name}}, namespace: {{ns}}}
        spec:
          selector: {matchLabels: {app: {{name}}} }
          template:
            metadata: {labels: {app: {{name}}} }
            spec:
              serviceAccountName: {{name}}
              containers: [{name: main, image: host, command: [sleep, infinity]}]
        """;

    private const string Policies = """
        apiVersion: policy.linkerd.io/v1beta3
        kind: HTTPRoute
        metadata: {name: web, namespace: shop}
        spec:
          parentRefs: [{group: core, kind: Service, name: web, port: 80}]
          rules:
          - matches: [{method: GET, path: {type: PathPrefix, value: /}, headers: [{name: x-version, value: v2}]}]
            backendRefs: [{name: web-v2, port: 80}]
          - matches: [{path: {type: PathPrefix, value: /split} }]
            backendRefs: [{name: web-v1, port: 80, weight: 1}, {name: web-v2, port: 80, weight: 1}]
          - matches: [{path: {type: PathPrefix, value: /slow} }]
            backendRefs: [{name: web-v1, port: 80}]
            timeouts: {request: 300ms}
          - matches: [{path: {type: PathPrefix, value: /old} }]
            filters: [{type: RequestRedirect, requestRedirect: {hostname: new.example, statusCode: 301} }]
          - matches: [{method: GET, path: {type: PathPrefix, value: /} }]
            backendRefs: [{name: web-v1, port: 80}]
        ---
        apiVersion: policy.linkerd.io/v1beta3
        kind: Server
        metadata: {name: web-v1, namespace: shop}
        spec: {podSelector: {matchLabels: {app: web-v1} }, port: http, proxyProtocol: HTTP/1}
        ---
        apiVersion: policy.linkerd.io/v1beta3
        kind: HTTPRoute
        metadata: {name: admin, namespace: shop}
        spec:
          parentRefs: [{group: policy.linkerd.io, kind: Server, name: web-v1}]
          rules: [{matches: [{path: {type: PathPrefix, value: /admin} }]}]
        ---
        apiVersion: policy.linkerd.io/v1beta3
        kind: HTTPRoute
        metadata: {name: pages, namespace: shop}
        spec:
          parentRefs: [{group: policy.linkerd.io, kind: Server, name: web-v1}]
          rules: [{matches: [{path: {type: PathPrefix, value: /} }]}]
        ---
        apiVersion: policy.linkerd.io/v1alpha1
        kind: AuthorizationPolicy
        metadata: {name: admins, namespace: shop}
        spec:
          targetRef: {group: policy.linkerd.io, kind: HTTPRoute, name: admin}
          requiredAuthenticationRefs: [{kind: ServiceAccount, name: admin}]
        ---
        apiVersion: policy.linkerd.io/v1alpha1
        kind: AuthorizationPolicy
        metadata: {name: clients, namespace: shop}
        spec:
          targetRef: {group: policy.linkerd.io, kind: HTTPRoute, name: pages}
          requiredAuthenticationRefs: [{kind: ServiceAccount, name: client}]
        ---
        apiVersion: policy.linkerd.io/v1beta3
        kind: Server
        metadata: {name: web-v2, namespace: shop}
        spec: {podSelector: {matchLabels: {app: web-v2} }, port: http, proxyProtocol: HTTP/1, accessPolicy: all-authenticated}
        ---
        apiVersion: policy.linkerd.io/v1alpha1
        kind: HTTPLocalRateLimitPolicy
        metadata: {name: slowly, namespace: shop}
        spec:
          targetRef: {group: policy.linkerd.io, kind: Server, name: web-v2}
          identity: {requestsPerSecond: 2}
        """;
}
