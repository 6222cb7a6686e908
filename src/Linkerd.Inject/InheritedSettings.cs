using System.Globalization;
using System.Text.Json.Nodes;
using Linkerd.Inject.Values;

namespace Linkerd.Inject;

/// <summary>What the proxy takes over from the pod it joins.</summary>
internal static class InheritedSettings
{
    private const string ServiceAccountPath = "/var/run/secrets/kubernetes.io/serviceaccount";

    /// <summary>The service account mount of the first container.</summary>
    public static ServiceAccountMount? ServiceAccountMount(Workload workload)
    {
        var mount = workload.PodSpec.Objects("containers").FirstOrDefault().Objects("volumeMounts").FirstOrDefault(m => m.String("mountPath") == ServiceAccountPath);
        return mount is null ? null : new ServiceAccountMount(mount.String("name") ?? "", ServiceAccountPath, mount.Bool("readOnly") ?? false);
    }

    /// <summary>The capabilities of the first container: a policy that restricts it restricts the whole pod.</summary>
    public static CapabilityValues? Capabilities(Workload workload)
    {
        var capabilities = workload.PodSpec.Objects("containers").FirstOrDefault().Object("securityContext").Object("capabilities");
        return capabilities is null ? null : new CapabilityValues { Add = Strings(capabilities, "add"), Drop = Strings(capabilities, "drop") };
    }

    /// <summary>Container ports and integer HTTP probe ports, sorted as strings.</summary>
    public static string InboundPorts(Workload workload)
    {
        var ports = new HashSet<int>();
        foreach (var container in workload.AllContainers)
        {
            ports.UnionWith(container.Objects("ports").Select(p => p.Int("containerPort")).OfType<int>());
            foreach (var probe in (string[])["readinessProbe", "livenessProbe"])
            {
                // A named port is a container port, which is there already.
                if (container.Object(probe).Object("httpGet").Int("port") is { } port)
                    ports.Add(port);
            }
        }
        return string.Join(',', ports.Select(p => p.ToString(CultureInfo.InvariantCulture)).Order(StringComparer.Ordinal));
    }

    /// <summary>Container ports by name.</summary>
    public static Dictionary<string, int> NamedPorts(Workload workload)
    {
        var names = new Dictionary<string, int>();
        foreach (var port in workload.AllContainers.SelectMany(c => c.Objects("ports")))
        {
            if (port.String("name") is { Length: > 0 } name && port.Int("containerPort") is { } number)
                names[name] = number;
        }
        return names;
    }

    private static string[] Strings(JsonObject parent, string key) =>
        parent.Array(key)?.OfType<JsonValue>().Select(v => v.TryGetValue<string>(out var text) ? text : "").Where(t => t.Length != 0).ToArray() ?? [];
}
