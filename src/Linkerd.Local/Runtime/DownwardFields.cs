using System.Globalization;
using System.Text;
using Linkerd.Kubernetes.Models;
using Linkerd.Local.Network;

namespace Linkerd.Local.Runtime;

/// <summary>The downward API: what a pod may read of itself.</summary>
internal sealed class DownwardFields(Pod pod, string podAddress)
{
    /// <summary>A field by its path.</summary>
    /// <exception cref="PodSpecException">There is no such field.</exception>
    public string Field(string? path)
    {
        var meta = pod.Metadata;
        return path switch
        {
            "metadata.name" => meta.Name ?? "",
            "metadata.namespace" => meta.Namespace ?? "",
            "metadata.uid" => meta.Uid ?? "",
            "metadata.labels" => Lines(meta.Labels),
            "metadata.annotations" => Lines(meta.Annotations),
            "spec.nodeName" => pod.Spec?.NodeName ?? NodeContext.NodeName,
            "spec.serviceAccountName" => pod.Spec?.ServiceAccountName ?? "default",
            "status.hostIP" or "status.hostIPs" => NodeNetwork.NodeAddress.ToString(),
            "status.podIP" or "status.podIPs" => podAddress,
            _ when Key(path, "metadata.labels") is { } label => meta.Labels?.GetValueOrDefault(label) ?? "",
            _ when Key(path, "metadata.annotations") is { } annotation => meta.Annotations?.GetValueOrDefault(annotation) ?? "",
            _ => throw new PodSpecException($"fieldRef.fieldPath \"{path}\": no such field of the downward API"),
        };
    }

    /// <summary>A resource of a container, divided as asked.</summary>
    /// <exception cref="PodSpecException">No such container or resource.</exception>
    public string Resource(ResourceFieldSelector selector, Container? own)
    {
        var container = selector.ContainerName is { Length: > 0 } name
            ? (pod.Spec?.Containers ?? []).Concat(pod.Spec?.InitContainers ?? []).FirstOrDefault(c => c.Name == name)
            : own;
        if (container is null || selector.Resource is not { } resource || resource.Split('.', 2) is not [var kind, var unit])
            throw new PodSpecException($"resourceFieldRef \"{selector.ContainerName}/{selector.Resource}\": no such container or resource");
        var amounts = kind == "limits" ? container.Resources?.Limits : container.Resources?.Requests;
        var divisor = selector.Divisor?.Value is { } d and > 0 ? d : 1;
        // Without a limit the answer is what the node has.
        var amount = amounts is not null && amounts.TryGetValue(unit, out var quantity)
            ? quantity.Value
            : kind != "limits" ? 0 : unit == "cpu" ? Environment.ProcessorCount : GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        return decimal.Ceiling(amount / divisor).ToString("0", CultureInfo.InvariantCulture);
    }

    private static string? Key(string? path, string map) =>
        path is not null && path.StartsWith(map + "['", StringComparison.Ordinal) && path.EndsWith("']", StringComparison.Ordinal) ? path[(map.Length + 2)..^2] : null;

    private static string Lines(IReadOnlyDictionary<string, string>? map)
    {
        var text = new StringBuilder();
        foreach (var (key, value) in (map ?? new Dictionary<string, string>()).OrderBy(static l => l.Key, StringComparer.Ordinal))
            text.Append(key).Append("=\"").Append(value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)).Append("\"\n");
        return text.ToString().TrimEnd('\n');
    }
}
