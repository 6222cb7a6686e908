using System.Globalization;
using System.Text.Json.Nodes;
using Linkerd.Inject.Values;

namespace Linkerd.Inject;

/// <summary>The opaque-ports annotation that a pod or Service gets when it has none: the namespace's, else the defaults it really uses.</summary>
internal static class OpaquePorts
{
    /// <summary>Null when the resource has the annotation, or nothing is to be said.</summary>
    public static string? Annotation(Workload workload, InjectValues values, IReadOnlyDictionary<string, string> namespaceAnnotations)
    {
        if (workload.Annotations.ContainsKey(Annotations.OpaquePorts))
            return null;
        if (namespaceAnnotations.TryGetValue(Annotations.OpaquePorts, out var inherited))
            return inherited;
        var defaults = values.Proxy.OpaquePorts.Split(',');
        var ports = workload.IsService ? OfService(workload, defaults) : OfPod(workload, defaults);
        return ports.Count == 0 ? null : string.Join(',', ports);
    }

    /// <summary>Those container ports that are opaque by default.</summary>
    public static List<string> OfPod(Workload workload, string[] defaults) =>
        [.. workload.AllContainers.SelectMany(c => c.Objects("ports")).Select(p => Text(p.Int("containerPort"))).Where(defaults.Contains)];

    /// <summary>
    /// Those Service ports that lead to a port opaque by default. A port that targets another is judged by its target:
    /// 3306 that leads to 80 is not opaque.
    /// </summary>
    private static List<string> OfService(Workload service, string[] defaults)
    {
        var ports = new List<string>();
        foreach (var port in service.Resource.Object("spec").Objects("ports"))
        {
            var target = port["targetPort"] is null ? port.Int("port") : port.Int("targetPort");
            if (defaults.Contains(Text(target)) && port.Int("port") is { } number)
                ports.Add(Text(number));
        }
        return ports;
    }

    private static string Text(int? port) => port?.ToString(CultureInfo.InvariantCulture) ?? "";
}
