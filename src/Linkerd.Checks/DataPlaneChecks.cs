using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Checks;

/// <summary>Meshed pods, and the annotations that are often in the wrong place.</summary>
internal sealed class DataPlaneChecks(CheckContext context)
{
    private const string OpaquePortsKey = "config.linkerd.io/opaque-ports";

    // Annotations that users write as labels, where nobody reads them.
    private static readonly string[] NotLabels = ["config.linkerd.io/", "linkerd.io/inject"];

    public CheckCategory Pods()
    {
        var versions = new VersionChecks(context);
        return new("linkerd-data-plane",
        [
            new("data plane namespace exists", "l5d-data-plane-exists", NamespaceAsync) { Fatal = true },
            new("data plane proxies are ready", "l5d-data-plane-ready", ReadyAsync) { Fatal = true, Retries = true },
            new("data plane is up-to-date", "l5d-data-plane-version", async c => versions.ProxiesUpToDate(await context.DataPlanePodsAsync(c))) { Warning = true },
            new("data plane and cli versions match", "l5d-data-plane-cli-version", async c => versions.ProxiesMatch(await context.DataPlanePodsAsync(c))) { Warning = true },
            new("data plane pod labels are configured correctly", "l5d-data-plane-pod-labels",
                async c => Misplaced("pod", (await context.DataPlanePodsAsync(c)).Select(p => (p.Metadata, p.Metadata.Labels)), "label")) { Warning = true },
            new("data plane service labels are configured correctly", "l5d-data-plane-services-labels",
                async c => Misplaced("service", (await ServicesAsync(c)).Select(s => (s.Metadata, s.Metadata.Labels)), "label")) { Warning = true },
            new("data plane service annotations are configured correctly", "l5d-data-plane-services-annotations", ServiceAnnotationsAsync) { Warning = true },
        ]);
    }

    public CheckCategory OpaquePorts() => new("linkerd-opaque-ports-definition",
    [
        new("opaque ports are properly annotated", "linkerd-opaque-ports-definition", OpaqueAsync) { Warning = true },
    ]);

    private async Task NamespaceAsync(CancellationToken cancel)
    {
        if (context.Options.DataPlaneNamespace is { } ns && await context.Client.Resource(Resources.Namespaces).FindAsync(ns, cancel) is null)
            throw new CheckException($"The \"{ns}\" namespace does not exist");
    }

    private async Task ReadyAsync(CancellationToken cancel)
    {
        var pods = await context.DataPlanePodsAsync(cancel);
        if (pods.Count == 0)
            throw new CheckException($"No \"linkerd-proxy\" containers found{(context.Options.DataPlaneNamespace is { } ns ? $" in the \"{ns}\" namespace" : "")}");
        VersionChecks.Healthy(pods);
    }

    private Task<List<Service>> ServicesAsync(CancellationToken cancel) => context.ListAsync(Resources.Services, context.Options.DataPlaneNamespace, null, cancel);

    private static void Misplaced(string kind, IEnumerable<(ObjectMeta Metadata, IReadOnlyDictionary<string, string>? Labels)> items, string place)
    {
        var wrong = items
            .SelectMany(i => (i.Labels ?? new Dictionary<string, string>()).Keys.Where(k => NotLabels.Any(n => k.StartsWith(n, StringComparison.Ordinal)) && k != "config.linkerd.io/admission-webhooks")
                .Select(k => $"* {i.Metadata.Namespace}/{i.Metadata.Name}: {k} is a {place}; it must be an annotation")).ToList();
        if (wrong.Count > 0)
            throw new CheckException($"Some {kind}s have annotations of Linkerd as {place}s:\n    \t{string.Join("\n    \t", wrong)}");
    }

    private async Task ServiceAnnotationsAsync(CancellationToken cancel)
    {
        // The injector reads these on pods and namespaces alone.
        var wrong = (await ServicesAsync(cancel))
            .SelectMany(s => (s.Metadata.Annotations ?? new Dictionary<string, string>()).Keys
                .Where(k => k == "linkerd.io/inject" || (k.StartsWith("config.linkerd.io/", StringComparison.Ordinal) && k != OpaquePortsKey))
                .Select(k => $"* {s.Metadata.Namespace}/{s.Metadata.Name}: {k} has no meaning on a Service")).ToList();
        if (wrong.Count > 0)
            throw new CheckException($"Some services have misconfigured annotations:\n    \t{string.Join("\n    \t", wrong)}");
    }

    private async Task OpaqueAsync(CancellationToken cancel)
    {
        var pods = await context.DataPlanePodsAsync(cancel);
        var wrong = new List<string>();
        foreach (var service in await ServicesAsync(cancel))
        {
            if (service.Metadata.Annotations?.GetValueOrDefault(OpaquePortsKey) is not { } annotation || service.Spec?.Selector is not { Count: > 0 } selector)
                continue;
            foreach (var pod in pods.Where(p => p.Metadata.Namespace == service.Metadata.Namespace && Selects(selector, p)))
                wrong.AddRange(Differences(service, pod, annotation));
        }

        if (wrong.Count > 0)
            throw new CheckException(string.Join("\n    ", wrong.Distinct()));
    }

    private static bool Selects(IReadOnlyDictionary<string, string> selector, Pod pod) => selector.All(s => pod.Metadata.Labels?.GetValueOrDefault(s.Key) == s.Value);

    // The client reads the Service's annotation, the server its pod's: both must name the port.
    private static IEnumerable<string> Differences(Service service, Pod pod, string annotation)
    {
        var own = pod.Metadata.Annotations?.GetValueOrDefault(OpaquePortsKey) ?? "";
        foreach (var port in service.Spec?.Ports ?? [])
        {
            var number = port.Port ?? 0;
            var target = TargetPort(port, pod);
            var (onService, onPod) = (Holds(annotation, number), Holds(own, target));
            if (onService && !onPod)
                yield return $"* service {service.Metadata.Name} has {OpaquePortsKey} with port {number}, but pod {pod.Metadata.Name} has not got its port {target}";
            if (onPod && !onService)
                yield return $"* pod {pod.Metadata.Name} has {OpaquePortsKey} with port {target}, but service {service.Metadata.Name} has not got its port {number}";
        }
    }

    private static int TargetPort(ServicePort port, Pod pod)
    {
        if (port.TargetPort?.Number is > 0 and var number)
            return number;
        var name = port.TargetPort?.ToString();
        return (pod.Spec?.Containers ?? []).SelectMany(c => c.Ports ?? []).FirstOrDefault(p => p.Name is not null && p.Name == name)?.Port ?? port.Port ?? 0;
    }

    private static bool Holds(string list, int port) => list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Any(range =>
    {
        var dash = range.IndexOf('-', StringComparison.Ordinal);
        return dash < 0
            ? int.TryParse(range, out var one) && one == port
            : int.TryParse(range.AsSpan(0, dash), out var low) && int.TryParse(range.AsSpan(dash + 1), out var high) && port >= low && port <= high;
    });
}
