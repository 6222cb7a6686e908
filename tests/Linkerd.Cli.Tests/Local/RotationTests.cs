using System.Text.RegularExpressions;

namespace Linkerd.Cli.Tests.Local;

/// <summary><c>linkerd identity rotate</c> on a whole mesh with traffic in it. Needs root.</summary>
[Trait("Needs", "mesh"), Collection("a whole mesh")]
public sealed partial class RotationTests : IAsyncLifetime
{
    // Every request on a connection of its own: each is a new handshake between the proxies or rides on one.
    private const string Load = "ok=0; bad=0; while [ ! -e /tmp/stop ]; do if [ \"$(curl -s -m 5 -o /dev/null -w '%{http_code}' http://web/)\" = 200 ]; then ok=$((ok+1)); else bad=$((bad+1)); fi; echo $ok $bad >/tmp/new; mv /tmp/new /tmp/count; done; sleep 100000";

    private readonly RunningCluster _cluster = new();

    public async ValueTask InitializeAsync()
    {
        await _cluster.UpAsync();
        await _cluster.ApplyAsync($$"""
            apiVersion: v1
            kind: Namespace
            metadata: {name: app, annotations: {linkerd.io/inject: enabled} }
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, namespace: app}
            spec:
              selector: {matchLabels: {app: web} }
              template:
                metadata: {labels: {app: web} }
                spec: {containers: [{name: app, image: host, command: [nginx, -g, "daemon off;"], readinessProbe: {httpGet: {path: /, port: 80} } }]}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: web, namespace: app}
            spec: {selector: {app: web}, ports: [{port: 80}]}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: client, namespace: app, annotations: {config.linkerd.io/proxy-admin-shutdown: enabled} }
            spec: {containers: [{name: app, image: host, command: [bash, -c, {{"\"" + Load.Replace("\"", "\\\"", StringComparison.Ordinal) + "\""}}]}]}
            """);
        await _cluster.KubectlAsync("-n", "app", "rollout", "status", "deploy/web", "--timeout=120s");
        await _cluster.KubectlAsync("-n", "app", "wait", "--for=condition=Ready", "pod/client", "--timeout=120s");
        await SucceedAsync(20);
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Anchors_and_issuer_are_replaced_under_load_without_a_failure_or_a_restart()
    {
        var before = await IssuerAsync();
        var restarts = await RestartsAsync();

        var (code, text) = await _cluster.TryLinkerdAsync(null, "identity", "rotate", "--yes");

        Assert.True(code == 0, text);
        Assert.Contains("proxies trust the new anchors alone", text, StringComparison.Ordinal);
        await SucceedAsync(20);
        Assert.NotEqual(before, await IssuerAsync());
        Assert.Equal(0, (await CountAsync()).Failed);
        Assert.Equal(restarts, await RestartsAsync());
        Assert.Contains("No rotation is under way", (await _cluster.TryLinkerdAsync(null, "identity", "rotate", "--status")).Text, StringComparison.Ordinal);
        var (checkedWell, report) = await _cluster.TryLinkerdAsync(null, "check", "--proxy");
        Assert.True(checkedWell == 0, report);
        Assert.Contains("√ data plane proxies certificate match CA", report, StringComparison.Ordinal);

        // A container that is restarted has the environment of its pod, which knows the old anchor only.
        await _cluster.KubectlAsync("-n", "app", "exec", "client", "-c", "app", "--", "curl", "-sS", "-X", "POST", "http://127.0.0.1:4191/shutdown");
        await RunningCluster.UntilAsync(async () => await RestartsAsync() > restarts, "a restart of the proxy");
        await _cluster.KubectlAsync("-n", "app", "wait", "--for=condition=Ready", "pod/client", "--timeout=60s");
        await SucceedAsync(5);
    }

    private async Task<string> IssuerAsync() =>
        IssuerLine().Match((await _cluster.TryLinkerdAsync(null, "identity", "-n", "app", "client")).Text) is { Success: true } match ? match.Value : throw new InvalidOperationException("linkerd identity shows no issuer");

    private async Task<int> RestartsAsync() =>
        (await _cluster.KubectlAsync("get", "pods", "-A", "-o", "jsonpath={.items[*].status.containerStatuses[*].restartCount}")).Split(' ').Sum(int.Parse);

    private async Task SucceedAsync(int more)
    {
        var from = (await CountAsync()).Succeeded;
        await RunningCluster.UntilAsync(async () => (await CountAsync()).Succeeded >= from + more, $"{more} more answers");
    }

    private async Task<(int Succeeded, int Failed)> CountAsync()
    {
        var words = (await _cluster.KubectlAsync("-n", "app", "exec", "client", "-c", "app", "--", "sh", "-c", "cat /tmp/count 2>/dev/null || echo 0 0")).Split(' ', StringSplitOptions.TrimEntries);
        return (int.Parse(words[0]), int.Parse(words[1]));
    }

    [GeneratedRegex("Issuer: .*")]
    private static partial Regex IssuerLine();
}
