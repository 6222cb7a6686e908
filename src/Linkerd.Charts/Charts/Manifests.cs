using System.Text;
using Linkerd.Charts.Values;
using Linkerd.Charts.Yaml;

namespace Linkerd.Charts;

/// <summary>Rendered files as Kubernetes objects.</summary>
public static class Manifests
{
    // The order in which Helm installs kinds; what is not listed comes last.
    private static readonly string[] InstallOrder =
    [
        "PriorityClass", "Namespace", "NetworkPolicy", "ResourceQuota", "LimitRange", "PodSecurityPolicy", "PodDisruptionBudget", "ServiceAccount", "Secret", "SecretList",
        "ConfigMap", "StorageClass", "PersistentVolume", "PersistentVolumeClaim", "CustomResourceDefinition", "ClusterRole", "ClusterRoleList", "ClusterRoleBinding",
        "ClusterRoleBindingList", "Role", "RoleList", "RoleBinding", "RoleBindingList", "Service", "DaemonSet", "Pod", "ReplicationController", "ReplicaSet", "Deployment",
        "HorizontalPodAutoscaler", "StatefulSet", "Job", "CronJob", "IngressClass", "Ingress", "APIService", "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration",
    ];

    /// <summary>The objects of all files but notes, in the order in which they can be applied.</summary>
    /// <exception cref="ChartException">A file is not YAML.</exception>
    public static IReadOnlyList<Manifest> Of(IEnumerable<RenderedFile> files)
    {
        var manifests = new List<Manifest>();
        foreach (var file in files.Where(f => !f.Name.EndsWith("NOTES.txt", StringComparison.Ordinal)))
        {
            foreach (var text in Split(file.Text))
            {
                if (Read(file.Name, text) is { } content)
                    manifests.Add(new Manifest(file.Name, text, content));
            }
        }

        return [.. manifests.OrderBy(m => Array.IndexOf(InstallOrder, m.Kind) is >= 0 and var index ? index : InstallOrder.Length)];
    }

    /// <summary>The manifests as one YAML stream, each with the name of its template.</summary>
    public static string Join(IEnumerable<Manifest> manifests)
    {
        var stream = new StringBuilder();
        foreach (var manifest in manifests)
            stream.Append("---\n# Source: ").Append(manifest.Source).Append('\n').Append(manifest.Text);
        return stream.ToString();
    }

    private static IEnumerable<string> Split(string text)
    {
        var document = new StringBuilder();
        foreach (var line in text.Split('\n'))
        {
            if (line.StartsWith("---", StringComparison.Ordinal) && string.IsNullOrWhiteSpace(line[3..]))
            {
                yield return Trimmed(document);
                document.Clear();
                continue;
            }

            document.Append(line).Append('\n');
        }

        yield return Trimmed(document);
    }

    private static string Trimmed(StringBuilder document) => document.ToString().Trim('\n') + "\n";

    private static ValueMap? Read(string name, string text)
    {
        try
        {
            return YamlReader.Read(text) switch
            {
                null => null,
                ValueMap map => map,
                _ => throw new FormatException("a manifest must be a mapping"),
            };
        }
        catch (FormatException e)
        {
            throw new ChartException($"{name} rendered to what is no YAML: {e.Message}", e);
        }
    }
}
