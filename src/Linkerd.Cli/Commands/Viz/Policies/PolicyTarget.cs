using System.Globalization;
using System.Text.Json.Nodes;
using Linkerd.Kubernetes;
using Linkerd.Stats.Reports;

namespace Linkerd.Cli.Commands.Viz.Policies;

/// <summary>A workload whose pods policies are to protect.</summary>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Name">Its name, which policies' names begin with.</param>
/// <param name="Selector">What selects its pods, as a Server's <c>podSelector</c>.</param>
/// <param name="Ports">Names of its containers' ports.</param>
/// <param name="Probes">Paths that the kubelet asks for.</param>
internal sealed record PolicyTarget(string Namespace, string Name, JsonObject Selector, IReadOnlyDictionary<string, int> Ports, IReadOnlySet<(int Port, string Path)> Probes)
{
    /// <summary>Reads it.</summary>
    /// <exception cref="CliException">It is not there, or its kind has no selector that lasts.</exception>
    public static async Task<PolicyTarget> ReadAsync(KubernetesClient client, ResourceRef target, CancellationToken cancel)
    {
        (GroupVersionResource Resource, string Kind) known = target.Kind.Name switch
        {
            "deployment" => (new("apps", "v1", "deployments"), "Deployment"),
            "statefulset" => (new("apps", "v1", "statefulsets"), "StatefulSet"),
            "daemonset" => (new("apps", "v1", "daemonsets"), "DaemonSet"),
            "replicaset" => (new("apps", "v1", "replicasets"), "ReplicaSet"),
            "replicationcontroller" => (new("", "v1", "replicationcontrollers"), "ReplicationController"),
            var other => throw new CliException($"--tap: a {other} has no selector that lasts; policies are for a Deployment, StatefulSet, DaemonSet, ReplicaSet or ReplicationController, such as deploy/web"),
        };
        if (target.Name is not { } name)
            throw new CliException($"--tap: name one {target.Kind.Name}, such as {target.Kind.Short}/web");
        var found = await client.Dynamic(known.Resource, known.Kind, true, target.Namespace).FindAsync(name, cancel)
            ?? throw new CliException($"there is no {known.Kind} {name} in namespace {target.Namespace}");
        return Of(found);
    }

    /// <summary>What policies must know of an object.</summary>
    public static PolicyTarget Of(JsonObject workload)
    {
        var spec = workload["spec"]!;
        var selector = spec["selector"]!.DeepClone().AsObject();
        // A ReplicationController has labels alone.
        if (selector["matchLabels"] is null && selector["matchExpressions"] is null)
            selector = new JsonObject { ["matchLabels"] = selector };
        var (ports, probes) = (new Dictionary<string, int>(), new HashSet<(int, string)>());
        foreach (var container in spec["template"]?["spec"]?["containers"]?.AsArray() ?? [])
        {
            foreach (var port in container!["ports"]?.AsArray() ?? [])
            {
                if (port!["name"]?.GetValue<string>() is { } portName)
                    ports[portName] = PortOf(port["containerPort"], ports) ?? 0;
            }

            foreach (var probe in (string[])["livenessProbe", "readinessProbe", "startupProbe"])
            {
                if (container[probe]?["httpGet"] is { } get && PortOf(get["port"], ports) is { } number)
                    probes.Add((number, get["path"]?.GetValue<string>().Split('?')[0] ?? "/"));
            }
        }

        return new PolicyTarget(workload["metadata"]!["namespace"]?.GetValue<string>() ?? "default", workload["metadata"]!["name"]!.GetValue<string>(), selector, ports, probes);
    }

    /// <summary>A port's number; null for a name that no container has.</summary>
    public static int? PortOf(JsonNode? port, IReadOnlyDictionary<string, int> names) =>
        port is null ? null
        : int.TryParse(port.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : names.TryGetValue(port.ToString(), out var named) ? named : null;

    /// <summary>Whether it is the kubelet that asks: it has no identity, and is let in by a policy of its own.</summary>
    public bool IsProbe(ObservedRequest request) => request is { Identity: "", Method: "GET" } && Probes.Contains((request.Port, request.Path));
}
