using Linkerd.Kubernetes.Models;

namespace Linkerd.Controller.Policy.Core;

/// <summary>What inbound policy must know of a pod or an external workload.</summary>
internal sealed record WorkloadPorts(WorkloadName Name)
{
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    public IReadOnlyDictionary<string, string> Annotations { get; init; } = new Dictionary<string, string>();

    public IReadOnlyDictionary<string, int> NamedPorts { get; init; } = new Dictionary<string, int>();

    /// <summary>Paths of the kubelet's HTTP probes by port.</summary>
    public IReadOnlyDictionary<int, string[]> ProbePaths { get; init; } = new Dictionary<int, string[]>();

    /// <summary>Whether a Server is about one of its ports.</summary>
    public bool IsSelectedBy(PolicyServer server, int port)
    {
        if (server.Name.Namespace != Name.Namespace || (Name.IsExternal ? server.ExternalWorkloadSelector : server.PodSelector) is not { } selector)
            return false;
        var selected = server.Port.IsNumber ? server.Port.Number : NamedPorts.TryGetValue(server.Port.Text!, out var number) ? number : 0;
        return selected == port && Linkerd.Kubernetes.Selectors.Matches(selector, Labels);
    }
}
