using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Linkerd.Testing;

namespace Linkerd.Cli.Tests.Local;

/// <summary>
/// A traffic split and retries that begin while a browser has the dashboard open: web/test/browser/changes.spec.ts sees them come, without a reload. Needs root,
/// and what eng/browser installs.
/// </summary>
[Trait("Needs", "mesh"), Collection("a whole mesh")]
public sealed partial class ChangesInDashboardTests
{
    private static readonly string s_web = Path.Combine(Repository.Root, "web");

    [Fact]
    public async Task A_traffic_split_and_retries_are_seen_while_they_happen()
    {
        if (!Directory.Exists(Path.Combine(s_web, "node_modules", "@playwright")) || !File.Exists("/usr/bin/chromium"))
            Assert.Skip("the browser's packages are missing: eng/browser installs them");
        await FrontEndAsync();
        await using var cluster = new RunningCluster();
        await cluster.UpAsync();
        await cluster.ApplyAsync(Workloads());
        foreach (var name in (string[])["web", "web-canary", "stock", "client"])
            await cluster.KubectlAsync("-n", "market", "rollout", "status", "deploy/" + name, "--timeout=120s");
        await cluster.KubectlAsync("-n", "linkerd-viz", "rollout", "status", "deploy/web", "--timeout=120s");
        var changes = Path.Combine(cluster.Home, "changes.yml");
        await File.WriteAllTextAsync(changes, Changes, TestContext.Current.CancellationToken);

        // Through the API server, so that another cluster on this machine cannot answer.
        using var forward = cluster.Start("kubectl", "-n", "linkerd-viz", "port-forward", "svc/web", ":8084");
        try
        {
            var port = LocalPort().Match(await forward.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) ?? "").Groups[1].Value;
            var (code, text) = await cluster.RunAsync(
                null, "env", "-C", s_web, "NO_COLOR=1", $"LINKERD_WEB=http://127.0.0.1:{port}", $"CHANGES={changes}", "nice", "-n", "10", "npx", "playwright", "test", "changes");
            Assert.True(code == 0, text);
        }
        finally
        {
            forward.Kill();
        }
    }

    // Where the server's build came before that of the front end, it carries none.
    private static async Task FrontEndAsync()
    {
        var start = new ProcessStartInfo(Path.Combine(Repository.Root, "eng", "web"), ["--output", Path.Combine(AppContext.BaseDirectory, "..", "..", "Linkerd.Viz", "release", "web")]) { RedirectStandardError = true };
        using var build = Process.Start(start)!;
        var error = await build.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await build.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(build.ExitCode == 0, error);
    }

    private static string Workloads()
    {
        var program = File.ReadAllText(Path.Combine(Repository.Root, "tests", "Linkerd.Cli.Tests", "Local", "Monitoring", "app.py"));
        return $$"""
            apiVersion: v1
            kind: Namespace
            metadata: {name: market, annotations: {linkerd.io/inject: enabled} }
            ---
            {{Server("web", "0", program)}}
            ---
            {{Server("web-canary", "0", program)}}
            ---
            {{Server("stock", "2", program)}}
            ---
            {{Deployment("client", "{name: TARGETS, value: 'web.market:8080,stock.market:8080'}, {name: PACE, value: '0.05'}", program)}}
            """;
    }

    private static string Server(string name, string failEvery, string program) => $$"""
        apiVersion: v1
        kind: Service
        metadata: {name: {{name}}, namespace: market}
        spec: {selector: {app: {{name}}}, ports: [{port: 8080}]}
        ---
        {{Deployment(name, $"{{name: FAIL_EVERY, value: '{failEvery}'}}", program)}}
        """;

    private static string Deployment(string name, string environment, string program) => $$"""
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: {{name}}, namespace: market}
        spec:
          selector: {matchLabels: {app: {{name}}} }
          template:
            metadata: {labels: {app: {{name}}} }
            spec:
              containers:
              - name: main
                image: host
                command: [python3, -c, {{JsonValue.Create(program).ToJsonString()}}]
                env: [{name: NAME, value: {{name}}}, {{environment}}]
                ports: [{containerPort: 8080, name: http}]
                readinessProbe: {httpGet: {path: /ready, port: http}, periodSeconds: 1}
        """;

    // Also printed in docs/tasks/watch-changes.md.
    private const string Changes = """
        apiVersion: gateway.networking.k8s.io/v1
        kind: HTTPRoute
        metadata: {name: web, namespace: market}
        spec:
          parentRefs: [{group: "", kind: Service, name: web, port: 8080}]
          rules:
          - backendRefs:
            - {name: web, port: 8080, weight: 90}
            - {name: web-canary, port: 8080, weight: 10}
        ---
        apiVersion: gateway.networking.k8s.io/v1
        kind: HTTPRoute
        metadata:
          name: stock
          namespace: market
          annotations: {retry.linkerd.io/http: 5xx, retry.linkerd.io/limit: "3"}
        spec:
          parentRefs: [{group: "", kind: Service, name: stock, port: 8080}]
          rules:
          - backendRefs: [{name: stock, port: 8080}]
        """;

    [GeneratedRegex("127\\.0\\.0\\.1:([0-9]+) ")]
    private static partial Regex LocalPort();
}
