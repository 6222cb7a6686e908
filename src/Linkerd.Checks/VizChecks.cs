using System.Text;
using System.Text.Json.Nodes;
using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Checks;

/// <summary>The viz extension, and with <c>--proxy</c> whether it has the data plane's metrics.</summary>
internal sealed class VizChecks(CheckContext context, VizCheckOptions options)
{
    private const string ExtensionLabel = "linkerd.io/extension";
    private const string ProxyContainer = "linkerd-proxy";
    private const string TapApi = "v1alpha1.tap.linkerd.io";
    private const string TapSecret = "tap-k8s-tls";
    private static readonly string[] Components = ["web", "tap", "metrics-api", "tap-injector"];
    private static readonly GroupVersionResource ApiServices = new("apiregistration.k8s.io", "v1", "apiservices");
    private static readonly GroupVersionResource Policies = new("policy.linkerd.io", "v1alpha1", "authorizationpolicies");

    private string _ns = "";
    private IVizProbe? _probe;

    private DateTimeOffset Now => context.Options.Clock.GetUtcNow();

    public IReadOnlyList<CheckCategory> Categories()
    {
        if (options.IsBuiltIn)
            return [BuiltIn()];
        return context.Options.Proxy ? [Extension(), DataPlane()] : [Extension()];
    }

    // What there is of it on linkerd local, where viz commands ask the proxies themselves.
    private CheckCategory BuiltIn() => new("linkerd-viz",
    [
        new("linkerd-viz Namespace exists", "l5d-viz-ns-exists", BuiltInNamespaceAsync) { Fatal = true },
        new("viz extension pods are running", "l5d-viz-pods-running", async c => RequireReady(await PodsAsync(c))) { Warning = true, Retries = true },
    ]);

    private CheckCategory Extension()
    {
        var versions = new VersionChecks(context);
        return new("linkerd-viz",
        [
            new("linkerd-viz Namespace exists", "l5d-viz-ns-exists", NamespaceAsync) { Fatal = true },
            new("can initialize the client", "l5d-viz-existence-client", async c => await ProbeAsync(c)) { Fatal = true, Retries = true },
            new("linkerd-viz ClusterRoles exist", "l5d-viz-cr-exists", c => RbacAsync("clusterroles", "ClusterRole", "tap-admin", c)) { Fatal = true },
            new("linkerd-viz ClusterRoleBindings exist", "l5d-viz-crb-exists", c => RbacAsync("clusterrolebindings", "ClusterRoleBinding", "tap-auth-delegator", c)) { Fatal = true },
            new("tap API server has valid cert", "l5d-tap-cert-valid", TapCertificateAsync) { Fatal = true },
            new("tap API server cert is valid for at least 60 days", "l5d-tap-cert-not-expiring-soon", TapExpiryAsync) { Warning = true },
            new("tap API service is running", "l5d-tap-api", TapServiceAsync) { Warning = true, Retries = true },
            new("linkerd-viz pods are injected", "l5d-viz-pods-injection", InjectedAsync) { Warning = true },
            new("viz extension pods are running", "l5d-viz-pods-running", RunningAsync) { Warning = true, Retries = true },
            new("viz extension proxies are healthy", "l5d-viz-proxy-healthy", async c => VersionChecks.Healthy(await PodsAsync(c))) { Warning = true },
            new("viz extension proxies are up-to-date", "l5d-viz-proxy-cp-version", async c => versions.ProxiesUpToDate(await PodsAsync(c))) { Warning = true },
            new("viz extension proxies and cli versions match", "l5d-viz-proxy-cli-version", async c => versions.ProxiesMatch(await PodsAsync(c))) { Warning = true },
            new("prometheus is installed and configured correctly", "l5d-viz-prometheus", PrometheusAsync) { Warning = true },
            new("viz extension self-check", "l5d-viz-metrics-api", SelfCheckAsync) { Fatal = true, Retries = true },
        ]);
    }

    private CheckCategory DataPlane() => new("linkerd-viz-data-plane",
    [
        new("data plane namespace exists", "l5d-data-plane-exists", DataPlaneNamespaceAsync) { Fatal = true },
        new("prometheus is authorized to scrape data plane pods", "l5d-viz-data-plane-prom-authz", AuthorizedAsync) { Warning = true },
        new("data plane proxy metrics are present in Prometheus", "l5d-data-plane-prom", MetricsAsync) { Warning = true, Retries = true },
    ]);

    private async Task BuiltInNamespaceAsync(CancellationToken cancel)
    {
        _ns = options.Namespace ?? "linkerd-viz";
        if (await context.Client.Resource(Resources.Namespaces).FindAsync(_ns, cancel) is null)
            throw new CheckException($"The \"{_ns}\" namespace does not exist");
    }

    private async Task NamespaceAsync(CancellationToken cancel)
    {
        if (options.Namespace is { } given)
        {
            var ns = await context.Client.Resource(Resources.Namespaces).FindAsync(given, cancel) ?? throw new CheckException($"The \"{given}\" namespace does not exist");
            _ns = ns.Metadata.Labels?.GetValueOrDefault(ExtensionLabel) == "viz" ? given : throw new CheckException($"{given} is not a linkerd-viz namespace: it has no label {ExtensionLabel}=viz");
            return;
        }

        var found = await context.ListAsync(Resources.Namespaces, null, ExtensionLabel + "=viz", cancel);
        _ns = found is [{ Metadata.Name: { } name }, ..] ? name : throw new CheckException($"could not find the linkerd-viz extension: no namespace has the label {ExtensionLabel}=viz; install it with: linkerd viz install | kubectl apply -f -");
    }

    private async Task<IVizProbe> ProbeAsync(CancellationToken cancel) => _probe ??= await options.Connect(context.Client, _ns, cancel);

    private async Task RbacAsync(string plural, string kind, string third, CancellationToken cancel)
    {
        var client = context.Client.Dynamic(new GroupVersionResource("rbac.authorization.k8s.io", "v1", plural), kind, namespaced: false);
        var missing = new List<string>();
        foreach (var name in (string[])[$"linkerd-{_ns}-tap", $"linkerd-{_ns}-metrics-api", $"linkerd-{_ns}-{third}", "linkerd-tap-injector"])
        {
            if (await client.FindAsync(name, cancel) is null)
                missing.Add(name);
        }

        if (missing.Count > 0)
            throw new CheckException($"missing {kind}s: {string.Join(", ", missing)}");
    }

    private async Task<JsonObject> TapApiAsync(CancellationToken cancel) =>
        await context.Client.Dynamic(ApiServices, "APIService", namespaced: false).FindAsync(TapApi, cancel) ?? throw new CheckException($"apiservices \"{TapApi}\" not found");

    private async Task TapCertificateAsync(CancellationToken cancel)
    {
        var bundle = (await TapApiAsync(cancel))["spec"]?["caBundle"]?.GetValue<string>() ?? throw new CheckException($"{TapApi} has no caBundle");
        using var roots = new CertificateBundle(Encoding.UTF8.GetString(Convert.FromBase64String(bundle)));
        using var certificate = CertificateRules.Parse(await context.SecretAsync(_ns, TapSecret, "tls.crt", cancel));
        CertificateRules.CheckServer(certificate, roots, $"tap.{_ns}.svc", Now);
    }

    private async Task TapExpiryAsync(CancellationToken cancel)
    {
        using var certificate = CertificateRules.Parse(await context.SecretAsync(_ns, TapSecret, "tls.crt", cancel));
        CertificateRules.CheckExpiry(certificate, Now);
    }

    private async Task TapServiceAsync(CancellationToken cancel)
    {
        var conditions = (await TapApiAsync(cancel))["status"]?["conditions"] as JsonArray ?? [];
        var available = conditions.FirstOrDefault(static c => c?["type"]?.GetValue<string>() == "Available") ?? throw new CheckException($"{TapApi} service not available");
        if (available["status"]?.GetValue<string>() != "True")
            throw new CheckException($"{available["reason"]?.GetValue<string>()}: {available["message"]?.GetValue<string>()}");
    }

    private async Task<List<Pod>> PodsAsync(CancellationToken cancel) =>
        [.. (await context.ListAsync(Resources.Pods, _ns, null, cancel)).Where(static p => p.Metadata.DeletionTimestamp is null && p.Status?.Phase is not ("Succeeded" or "Failed"))];

    private async Task InjectedAsync(CancellationToken cancel)
    {
        var without = (await PodsAsync(cancel)).Where(static p => Proxy(p) is null).Select(static p => p.Metadata.Name).ToList();
        if (without.Count > 0)
            throw new CheckException($"could not find proxy container for {string.Join(", ", without)} pod{(without.Count > 1 ? "s" : "")}");
    }

    private async Task RunningAsync(CancellationToken cancel)
    {
        var pods = (await PodsAsync(cancel)).Where(static p => p.Metadata.Labels?.GetValueOrDefault(ExtensionLabel) == "viz").ToList();
        foreach (var component in Components)
        {
            if (!pods.Exists(p => Is(p, component)))
                throw new CheckException($"No running pods for \"{component}\"");
        }

        RequireReady(pods);
    }

    private static void RequireReady(List<Pod> pods)
    {
        foreach (var pod in pods)
        {
            var waiting = (pod.Status?.ContainerStatuses ?? []).Where(static s => s.Ready != true).Select(static s => s.Name).ToList();
            if (pod.Status?.Phase != "Running" || waiting.Count > 0)
                throw new CheckException($"pod \"{pod.Metadata.Name}\" is {pod.Status?.Phase}; not ready: {string.Join(", ", waiting)}");
        }
    }

    private async Task PrometheusAsync(CancellationToken cancel)
    {
        // Who else has the numbers is known by whom metrics-api asks: a Prometheus elsewhere, or nobody.
        var api = await context.Client.Resource(Resources.Deployments, _ns).FindAsync("metrics-api", cancel);
        var url = (api?.Spec?.Template?.Spec?.Containers ?? []).SelectMany(static c => c.Args ?? []).FirstOrDefault(static a => a.StartsWith("-prometheus-url=", StringComparison.Ordinal));
        if (url is not null && !url.StartsWith($"-prometheus-url=http://prometheus.{_ns}.svc", StringComparison.Ordinal))
            throw new SkipCheckException("the Prometheus of the extension is not used");
        if (await context.Client.Resource(Resources.ConfigMaps, _ns).FindAsync("prometheus-config", cancel) is null)
            throw new CheckException("missing ConfigMaps: prometheus-config");
        if (!(await PodsAsync(cancel)).Exists(static p => Is(p, "prometheus")))
            throw new CheckException("No running pods for \"prometheus\"");
    }

    private async Task SelfCheckAsync(CancellationToken cancel)
    {
        var failures = await (await ProbeAsync(cancel)).SelfCheckAsync(cancel);
        if (failures.Count > 0)
            throw new CheckException(string.Join("\n    ", failures));
    }

    private async Task DataPlaneNamespaceAsync(CancellationToken cancel)
    {
        if (context.Options.DataPlaneNamespace is { } ns && await context.Client.Resource(Resources.Namespaces).FindAsync(ns, cancel) is null)
            throw new CheckException($"The \"{ns}\" namespace does not exist");
    }

    private async Task AuthorizedAsync(CancellationToken cancel)
    {
        var unauthorized = new List<string>();
        foreach (var pods in (await context.DataPlanePodsAsync(cancel)).Where(static p => DefaultPolicy(p) == "deny").GroupBy(static p => p.Metadata.Namespace!))
        {
            if (await context.Client.Dynamic(Policies, "AuthorizationPolicy", namespaced: true, pods.Key).FindAsync("prometheus-scrape", cancel) is null)
                unauthorized.AddRange(pods.Select(static p => $"\t* {p.Metadata.Namespace}/{p.Metadata.Name}"));
        }

        if (unauthorized.Count > 0)
        {
            throw new CheckException(
                $"prometheus may not be authorized to scrape the following pods:\n{string.Join('\n', unauthorized)}\n    consider running `linkerd viz allow-scrapes` to authorize prometheus scrapes");
        }
    }

    private async Task MetricsAsync(CancellationToken cancel)
    {
        var known = await (await ProbeAsync(cancel)).PodsWithMetricsAsync(cancel);
        var missing = (await context.DataPlanePodsAsync(cancel)).Where(static p => p.Status?.Phase == "Running")
            .Select(static p => $"{p.Metadata.Namespace}/{p.Metadata.Name}").Where(p => !known.Contains(p)).Order(StringComparer.Ordinal).ToList();
        if (missing.Count > 0)
            throw new CheckException($"Data plane metrics not found for {string.Join(", ", missing)}.");
    }

    private static bool Is(Pod pod, string component) => pod.Metadata.Labels?.GetValueOrDefault("component") == component;

    private static Container? Proxy(Pod pod) => (pod.Spec?.Containers ?? []).Concat(pod.Spec?.InitContainers ?? []).FirstOrDefault(static c => c.Name == ProxyContainer);

    // What the proxy was started with: the annotation alone does not tell of the mesh's default.
    private static string? DefaultPolicy(Pod pod) => Proxy(pod)?.Env?.FirstOrDefault(static v => v.Name == "LINKERD2_PROXY_INBOUND_DEFAULT_POLICY")?.Value;
}
