using System.Buffers;
using System.Text;
using System.Text.Json;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Viz.MetricsApi;

/// <summary>
/// Admin ports of pods in the form of Prometheus' HTTP service discovery, with the labels that its discovery of Kubernetes would give them.
/// So the same relabelling serves both, and a Prometheus of this extension needs no access to the API server.
/// </summary>
internal static class PodDiscovery
{
    private const string Prefix = "__meta_kubernetes_";

    // Ports of controllers (dest-admin, admin) and of proxies (linkerd-admin).
    private const string PortSuffix = "admin";

    /// <summary>The answer to <c>/sd/pods</c>: one group for each port whose name ends in <c>admin</c>.</summary>
    public static ReadOnlyMemory<byte> Write(IEnumerable<Pod> pods)
    {
        var buffer = new ArrayBufferWriter<byte>(64 * 1024);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            foreach (var pod in pods.OrderBy(static p => p.Metadata.Namespace, StringComparer.Ordinal).ThenBy(static p => p.Metadata.Name, StringComparer.Ordinal))
            {
                if (pod.Status is not { PodIP.Length: > 0, Phase: "Running" or "Pending" })
                    continue;
                foreach (var container in (pod.Spec?.Containers ?? []).Concat(pod.Spec?.InitContainers ?? []))
                {
                    foreach (var port in container.Ports ?? [])
                    {
                        if (port is { Name: { } name, Port: > 0 and var number } && name.EndsWith(PortSuffix, StringComparison.Ordinal))
                            Write(json, pod, container.Name ?? "", name, number);
                    }
                }
            }

            json.WriteEndArray();
        }

        return buffer.WrittenMemory;
    }

    private static void Write(Utf8JsonWriter json, Pod pod, string container, string portName, int port)
    {
        var ip = pod.Status!.PodIP!;
        json.WriteStartObject();
        json.WriteStartArray("targets");
        json.WriteStringValue($"{(ip.Contains(':', StringComparison.Ordinal) ? $"[{ip}]" : ip)}:{port}");
        json.WriteEndArray();
        json.WriteStartObject("labels");
        json.WriteString(Prefix + "namespace", pod.Metadata.Namespace);
        json.WriteString(Prefix + "pod_name", pod.Metadata.Name);
        json.WriteString(Prefix + "pod_ip", ip);
        json.WriteString(Prefix + "pod_phase", pod.Status.Phase);
        json.WriteString(Prefix + "pod_node_name", pod.Spec?.NodeName ?? "");
        json.WriteString(Prefix + "pod_container_name", container);
        json.WriteString(Prefix + "pod_container_port_name", portName);
        json.WriteString(Prefix + "pod_container_port_number", $"{port}");
        // Two labels may differ only in what Prometheus takes for an underscore.
        var written = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, value) in pod.Metadata.Labels ?? new Dictionary<string, string>())
        {
            var label = Prefix + "pod_label_" + Sanitize(name);
            if (written.Add(label))
                json.WriteString(label, value);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static string Sanitize(string name)
    {
        var text = new StringBuilder(name.Length);
        foreach (var c in name)
            text.Append(char.IsAsciiLetterOrDigit(c) ? c : '_');
        return text.ToString();
    }
}
