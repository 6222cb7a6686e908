using Linkerd.Kubernetes.Models;
using Linkerd.Local.Network;

namespace Linkerd.Local.Runtime;

/// <summary>Makes a pod's status from its containers. Conditions keep their time while they do not change.</summary>
internal sealed class PodStatusBuilder(Pod pod, TimeProvider clock)
{
    private readonly Dictionary<string, Condition> _conditions = (pod.Status?.Conditions ?? [])
        .Where(static c => c.Type is not null).GroupBy(static c => c.Type!).ToDictionary(static g => g.Key, static g => g.First());
    private readonly DateTimeOffset _start = pod.Status?.StartTime ?? Now(clock);

    /// <summary>The time in whole seconds, as Kubernetes writes it.</summary>
    public static DateTimeOffset Now(TimeProvider clock)
    {
        var now = clock.GetUtcNow();
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerSecond));
    }

    public PodStatus Build(IReadOnlyList<ContainerRecord> init, IReadOnlyList<ContainerRecord> main, string? address, string? forcedPhase)
    {
        var initialized = init.All(static c => c.IsSidecar ? c.Started : c is { Finished: true, Failed: false }) || main.Any(static c => c.Ran);
        var phase = forcedPhase ?? Phase(init, main, pod.Spec?.RestartPolicy ?? "Always");
        var done = phase is "Succeeded" or "Failed";
        var unready = main.Concat(init.Where(static c => c.IsSidecar)).Where(c => !c.Ready || done).Select(static c => c.Name).ToList();
        Set("PodScheduled", true, null, null);
        var uninitialized = init.Where(static c => c.IsSidecar ? !c.Started : !c.Finished || c.Failed).Select(static c => c.Name);
        Set("Initialized", initialized, "ContainersNotInitialized", $"containers with incomplete status: [{string.Join(' ', uninitialized)}]");
        var reason = phase == "Succeeded" ? "PodCompleted" : phase == "Failed" ? "PodFailed" : "ContainersNotReady";
        var message = done ? null : $"containers with unready status: [{string.Join(' ', unready)}]";
        Set("ContainersReady", unready.Count == 0, reason, message);
        var gates = (pod.Spec?.ReadinessGates ?? []).Where(g => !_conditions.TryGetValue(g.ConditionType ?? "", out var c) || c.Status != "True").ToList();
        Set("Ready", unready.Count == 0 && gates.Count == 0, gates.Count != 0 && unready.Count == 0 ? "ReadinessGatesNotReady" : reason, message);
        return new PodStatus
        {
            Phase = phase,
            StartTime = _start,
            HostIP = NodeNetwork.NodeAddress.ToString(),
            PodIP = address,
            PodIPs = address is null ? null : [new PodIP { Ip = address }],
            QosClass = pod.Status?.QosClass ?? QosClass(),
            Conditions = [.. _conditions.Values],
            InitContainerStatuses = init.Count == 0 ? null : [.. init.Select(static c => c.ToStatus())],
            ContainerStatuses = [.. main.Select(static c => c.ToStatus())],
        };
    }

    /// <summary>Takes over conditions that others wrote (readiness gates).</summary>
    public void Observe(Pod newer)
    {
        foreach (var condition in newer.Status?.Conditions ?? [])
        {
            if (condition.Type is not (null or "PodScheduled" or "Initialized" or "ContainersReady" or "Ready"))
                _conditions[condition.Type] = condition;
        }
    }

    private static string Phase(IReadOnlyList<ContainerRecord> init, IReadOnlyList<ContainerRecord> main, string restartPolicy)
    {
        if (init.Any(static c => c is { IsSidecar: false, Failed: true }))
            return restartPolicy == "Never" ? "Failed" : "Pending";
        if (main.Count != 0 && main.All(static c => c.Finished))
            return main.Any(static c => c.Failed) ? "Failed" : "Succeeded";
        return main.All(static c => c.Ran) ? "Running" : "Pending";
    }

    private void Set(string type, bool value, string? reason, string? message)
    {
        var status = value ? "True" : "False";
        var known = _conditions.GetValueOrDefault(type);
        _conditions[type] = new Condition
        {
            Type = type,
            Status = status,
            Reason = value ? null : reason,
            Message = value ? null : message,
            LastTransitionTime = known?.Status == status ? known.LastTransitionTime : Now(clock),
        };
    }

    private string QosClass()
    {
        var all = (pod.Spec?.Containers ?? []).Concat(pod.Spec?.InitContainers ?? []).ToList();
        if (all.All(static c => c.Resources is not { Requests.Count: > 0 } and not { Limits.Count: > 0 }))
            return "BestEffort";
        var guaranteed = all.All(static c => c.Resources?.Limits is { } limits && limits.ContainsKey("cpu") && limits.ContainsKey("memory")
            && (c.Resources.Requests is null || c.Resources.Requests.All(r => limits.TryGetValue(r.Key, out var limit) && limit.Equals(r.Value))));
        return guaranteed ? "Guaranteed" : "Burstable";
    }
}
