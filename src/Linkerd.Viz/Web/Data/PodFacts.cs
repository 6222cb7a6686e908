using Linkerd.Kubernetes.Models;

namespace Linkerd.Viz.Web.Data;

/// <summary>What is shown of a pod.</summary>
internal sealed record PodFacts
{
    public required string Namespace { get; init; }

    public required string Name { get; init; }

    /// <summary>The workload at the top of its owners.</summary>
    public required WorkloadKey Owner { get; init; }

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Running, Pending, Succeeded, Failed or Unknown.</summary>
    public required string Phase { get; init; }

    /// <summary>The word that kubectl prints.</summary>
    public required string Status { get; init; }

    /// <summary>Whether it has a proxy.</summary>
    public required bool Meshed { get; init; }

    public bool Ready { get; init; }

    public int Restarts { get; init; }

    public string Node { get; init; } = "";

    public string Ip { get; init; } = "";

    public DateTimeOffset? Started { get; init; }

    /// <summary>Version of its proxy, empty without one.</summary>
    public string ProxyVersion { get; init; } = "";

    /// <summary>Why a container does not run, null when all do.</summary>
    public string? Error { get; init; }

    /// <summary>The service account it runs as.</summary>
    public string Account { get; init; } = "default";

    /// <summary>The component of the control plane that it is, or empty.</summary>
    public string Component { get; init; } = "";

    /// <summary>Whether it counts as running for MESHED.</summary>
    public bool Runs => Phase is "Running" or "Pending";

    /// <summary>Reads a pod.</summary>
    public static PodFacts Of(Pod pod, WorkloadKey owner)
    {
        var labels = pod.Metadata.Labels ?? new Dictionary<string, string>();
        var statuses = (pod.Status?.ContainerStatuses ?? []).Concat(pod.Status?.InitContainerStatuses ?? []).ToList();
        var proxy = (pod.Spec?.Containers ?? []).Concat(pod.Spec?.InitContainers ?? []).FirstOrDefault(static c => c.Name == "linkerd-proxy");
        return new PodFacts
        {
            Namespace = pod.Metadata.Namespace ?? "",
            Name = pod.Metadata.Name ?? "",
            Owner = owner,
            Labels = labels.ToDictionary(static l => l.Key, static l => l.Value),
            Phase = pod.Status?.Phase ?? "Unknown",
            Status = Stats.Reports.PodPhase.Of(pod),
            Meshed = labels.ContainsKey("linkerd.io/control-plane-ns"),
            Ready = (pod.Status?.Conditions ?? []).Any(static c => c is { Type: "Ready", Status: "True" }),
            Restarts = statuses.Sum(static s => s.RestartCount ?? 0),
            Node = pod.Spec?.NodeName ?? "",
            Ip = pod.Status?.PodIP ?? "",
            Started = pod.Status?.StartTime ?? pod.Metadata.CreationTimestamp,
            ProxyVersion = proxy is null ? "" : Value(pod.Metadata.Annotations, "linkerd.io/proxy-version") ?? Tag(proxy.Image),
            Error = statuses.Select(Fault).FirstOrDefault(static f => f is not null),
            Account = pod.Spec?.ServiceAccountName is { Length: > 0 } account ? account : "default",
            Component = Value(labels, "linkerd.io/control-plane-component") ?? "",
        };
    }

    private static string? Value(IEnumerable<KeyValuePair<string, string>>? pairs, string key) =>
        pairs?.FirstOrDefault(p => p.Key == key).Value;

    private static string Tag(string? image)
    {
        var colon = image?.LastIndexOf(':') ?? -1;
        return colon >= 0 && colon > image!.LastIndexOf('/') ? image[(colon + 1)..] : "";
    }

    private static string? Fault(ContainerStatus status)
    {
        if (status.State?.Waiting is { Reason: { Length: > 0 } reason } waiting && reason is not ("PodInitializing" or "ContainerCreating"))
            return $"{status.Name}: {reason}{(waiting.Message is { Length: > 0 } message ? ": " + message : "")}";
        return status.State?.Terminated is { ExitCode: not 0 } ended ? $"{status.Name}: ended with code {ended.ExitCode} {ended.Reason}".TrimEnd() : null;
    }
}
