using Linkerd.Checks;
using Linkerd.Kubernetes;
using Linkerd.Viz.Web.Api.Models;
using Linkerd.Viz.Web.Data;
using Linkerd.Viz.Web.Login;

namespace Linkerd.Viz.Web.Api;

/// <summary>The health of Linkerd itself.</summary>
internal sealed class ControlPlaneApi(IClusterView view, Func<KubernetesClient>? connect, WebOptions options, TimeProvider time)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(10);
    private readonly Lock _lock = new();
    private Task<CheckAnswer>? _checking;
    private long _checkedAt;

    /// <summary>The calls.</summary>
    public IEnumerable<WebRoute> Routes =>
    [
        new("GET", "/api/controlplane", Roles.View, ComponentsAsync),
        new("GET", "/api/extensions", Roles.View, ExtensionsAsync),
        new("GET", "/api/check", Roles.View, CheckAsync),
    ];

    private Task ComponentsAsync(WebCall call)
    {
        var facts = view.Read();
        var now = time.GetUtcNow();
        var namespaces = Extensions(facts).Select(static e => e.Namespace).Append(options.ControllerNamespace).ToHashSet(StringComparer.Ordinal);
        var components = facts.Workloads
            .Where(w => namespaces.Contains(w.Key.Namespace) && w.Value.Count > 0 && w.Key.Kind is "deployment" or "daemonset" or "statefulset")
            .OrderBy(w => w.Key.Namespace == options.ControllerNamespace ? 0 : 1).ThenBy(static w => w.Key)
            .Select(w => new ComponentRow(
                w.Key.Name, w.Key.Namespace, w.Value.Count(static p => p.Ready), w.Value.Count(static p => p.Phase is not ("Succeeded" or "Failed")), Version(w.Value),
                [.. w.Value.Select(p => new ComponentPodRow(
                    p.Name, p.Status, p.Ready, p.Restarts, p.Started is { } s ? Math.Max(0, Math.Floor((now - s).TotalSeconds)) : null, p.ProxyVersion, p.Node))]))
            .ToList();
        var proxies = facts.Pods.Where(static p => p is { Meshed: true, Runs: true, Component.Length: 0 }).ToList();
        var versions = proxies.GroupBy(static p => p.ProxyVersion.Length == 0 ? "unknown" : p.ProxyVersion).OrderBy(static g => g.Key, StringComparer.Ordinal).ToDictionary(static g => g.Key, static g => g.Count());
        return JsonAnswers.SendAsync(call.Http, new ControlPlaneAnswer(components, new DataPlaneRow(proxies.Count, versions)), WebJson.Default.ControlPlaneAnswer);
    }

    private Task ExtensionsAsync(WebCall call)
    {
        var facts = view.Read();
        IReadOnlyList<ExtensionRow> rows = [.. Extensions(facts).Select(e =>
        {
            var pods = facts.Pods.Where(p => p.Namespace == e.Namespace && p.Phase is not ("Succeeded" or "Failed")).ToList();
            var uri = e.Name == "jaeger" ? options.Links.Jaeger : e.Name == "viz" ? "/" : null;
            return new ExtensionRow(e.Name, e.Namespace, Version(pods), pods.Count(static p => p.Ready), pods.Count, uri);
        })];
        return JsonAnswers.SendAsync(call.Http, rows, WebJson.Default.IReadOnlyListExtensionRow);
    }

    private async Task CheckAsync(WebCall call)
    {
        Task<CheckAnswer> checking;
        lock (_lock)
        {
            if (_checking is null || (_checking.IsCompleted && time.GetElapsedTime(_checkedAt) > Fresh))
            {
                // One run for all who ask: a check is dozens of requests.
                _checkedAt = time.GetTimestamp();
                _checking = Task.Run(RunAsync);
            }

            checking = _checking;
        }

        await JsonAnswers.SendAsync(call.Http, await checking.WaitAsync(call.Aborted), WebJson.Default.CheckAnswer);
    }

    private async Task<CheckAnswer> RunAsync()
    {
        if (connect is null)
            return new CheckAnswer(false, [new CheckRow("kubernetes-api", "can initialize the client", null, "this dashboard has no connection to Kubernetes", false)]);
        var results = new List<CheckRow>();
        var asked = new CheckOptions
        {
            ControlPlaneNamespace = options.ControllerNamespace,
            CliVersion = BuildVersion.Text,
            Wait = TimeSpan.Zero,
            Secrets = false,
            Clock = time,
        };
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1), time);
        var success = await new CheckRunner(asked, connect).RunAsync(
            r => results.Add(new CheckRow(r.Category, r.Description, r.Status == CheckStatus.Success ? null : r.Hint, r.Status == CheckStatus.Success ? null : r.Error, r.Status == CheckStatus.Warning)),
            null, limit.Token);
        return new CheckAnswer(success, results);
    }

    private static IEnumerable<(string Name, string Namespace)> Extensions(ClusterFacts facts) =>
        facts.Namespaces.Where(static n => n.Value.ContainsKey("linkerd.io/extension")).Select(static n => (n.Value["linkerd.io/extension"], n.Key));

    private static string Version(IEnumerable<PodFacts> pods) => pods.Select(static p => p.ProxyVersion).FirstOrDefault(static v => v.Length > 0) ?? "";
}
