using System.Text.Json.Nodes;
using Linkerd.Inject.Containers;
using Linkerd.Inject.Reports;

namespace Linkerd.Inject.Transforms;

/// <summary>What <c>linkerd uninject</c> does to manifests: takes out containers, volumes, labels and annotations of the mesh.</summary>
public static class UninjectTransform
{
    private const string Prefix = "linkerd.io";

    private static readonly string[] VolumeNames = [Volumes.EndEntityName, Volumes.XtablesLockName, Volumes.TokenName, Volumes.PodInfoName];

    /// <summary>Configuration annotations (<c>config.linkerd.io</c>) and <c>linkerd.io/inject: disabled</c> stay: they are the user's.</summary>
    public static TransformResult Run(string input, OutputFormat format = OutputFormat.Yaml)
    {
        var (output, reports, errors) = ResourceStream.Run(input, format, Uninject);
        return errors.Count != 0 ? new("", "", errors) : new(output, UninjectReportWriter.Write(reports), []);
    }

    internal static (JsonObject Resource, InjectReport Report) Uninject(JsonObject original)
    {
        var resource = (JsonObject)original.DeepClone();
        var workload = Workload.Of(resource);
        var report = new InjectReport { Kind = workload.Kind, Name = workload.Name };
        if (!workload.HasPodTemplate && !workload.IsNamespace && !workload.IsService)
            return (original, report with { UnsupportedResource = true });
        if (workload.PodSpec is { } spec)
        {
            var init = RemoveNamed(spec, "initContainers", InitContainer.Name, ValidatorContainer.Name);
            var proxy = RemoveNamed(spec, "initContainers", ProxyContainer.Name) | RemoveNamed(spec, "containers", ProxyContainer.Name);
            RemoveNamed(spec, "containers", DebugContainer.Name);
            RemoveNamed(spec, "volumes", VolumeNames);
            report = report with { ProxyInitUninjected = init, ProxyUninjected = proxy };
        }
        foreach (var metadata in new[] { workload.Metadata, workload.PodMetadata }.OfType<JsonObject>().Distinct())
        {
            if (RemoveMetadata(metadata))
                report = report with { ProxyUninjected = true };
        }
        return (JsonNode.DeepEquals(resource, original) ? original : resource, report);
    }

    private static bool RemoveNamed(JsonObject parent, string key, params string[] names)
    {
        if (parent.Array(key) is not { } list)
            return false;
        var removed = list.Where(item => names.Contains(item.String("name"))).ToArray();
        foreach (var item in removed)
            list.Remove(item);
        if (removed.Length != 0 && list.Count == 0 && key != "containers")
            parent.Remove(key);
        return removed.Length != 0;
    }

    /// <summary>A control-plane component keeps its metadata: it is injected anew at once, and was never asked to be.</summary>
    private static bool RemoveMetadata(JsonObject metadata)
    {
        if (metadata.Object("labels")?.ContainsKey(Labels.ControlPlaneComponent) ?? false)
            return false;
        RemoveMembers(metadata, "labels", (_, _) => true);
        return RemoveMembers(metadata, "annotations", (key, value) => key != Annotations.Inject || value != "disabled");
    }

    private static bool RemoveMembers(JsonObject metadata, string key, Func<string, string?, bool> remove)
    {
        if (metadata.Object(key) is not { } map)
            return false;
        var gone = map.Select(m => m.Key).Where(k => k.StartsWith(Prefix, StringComparison.Ordinal) && remove(k, map.String(k))).ToArray();
        foreach (var name in gone)
            map.Remove(name);
        if (gone.Length != 0 && map.Count == 0)
            metadata.Remove(key);
        return gone.Length != 0;
    }
}
