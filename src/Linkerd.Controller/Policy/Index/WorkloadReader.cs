using System.Text.Json.Nodes;
using Linkerd.Controller.Common.Kubernetes;
using Linkerd.Controller.Common.Reading;
using Linkerd.Controller.Policy.Core;
using Linkerd.Controller.Policy.Reading;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Controller.Policy.Index;

/// <summary>Reads what inbound policy must know of pods and external workloads.</summary>
internal static class WorkloadReader
{
    public static WorkloadName NameOf(Pod pod) => new(false, pod.Metadata.Namespace ?? "", pod.Metadata.Name ?? "");

    public static WorkloadPorts Pod(Pod pod)
    {
        var info = PodReader.Read(pod, static (_, _) => null);
        return new WorkloadPorts(NameOf(pod))
        {
            Labels = pod.Metadata.Labels ?? new Dictionary<string, string>(),
            Annotations = info.Annotations,
            NamedPorts = info.NamedPorts,
            ProbePaths = info.ProbePaths,
        };
    }

    public static WorkloadPorts External(JsonObject resource)
    {
        var root = new Field(resource, "");
        var name = ResourceReader.Name(resource);
        var ports = new Dictionary<string, int>();
        foreach (var port in root["spec"]["ports"].Items())
        {
            if (port["name"].OptionalText() is { Length: > 0 } text)
                ports.TryAdd(text, (int)port["port"].Number(1, ushort.MaxValue));
        }

        return new WorkloadPorts(new WorkloadName(true, name.Namespace, name.Name))
        {
            Labels = root["metadata"]["labels"].Texts(),
            Annotations = PodReader.MeshAnnotations(root["metadata"]["annotations"].Texts()),
            NamedPorts = ports,
        };
    }
}
