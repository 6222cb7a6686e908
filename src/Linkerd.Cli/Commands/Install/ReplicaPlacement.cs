using System.Globalization;
using Linkerd.Charts;
using Linkerd.Charts.Values;

namespace Linkerd.Cli.Commands.Install;

/// <summary>
/// What high availability asks of a cluster. The anti-affinity of replicas is fitted to the nodes that are there: a replica without a node of
/// its own would stay pending for ever, and every rollout with it. A policy that the user gave, now or at the installation, is left alone.
/// </summary>
internal static class ReplicaPlacement
{
    private const string Policy = "podAntiAffinityPolicy";

    /// <summary>Sets the policy where it is needed; the words for the user, or null.</summary>
    public static async Task<string?> FitAsync(TargetCluster cluster, ValueMap values, CancellationToken cancel)
    {
        if (values.Find("enablePodAntiAffinity") is not true || !TryCount(values.Find("controllerReplicas"), out var replicas))
            return null;
        var policy = values.Find(Policy) as string;
        if (policy == "required")
            return null;
        var nodes = await cluster.OpenNodesAsync(cancel);
        if (nodes == 0)
            return null;
        if (nodes >= replicas)
        {
            return policy == "preferred"
                ? $"note: {Policy} is preferred, although {Nodes(nodes)} suffice for {replicas} replicas. To keep them on different nodes: --set {Policy}=required"
                : null;
        }

        values[Policy] = "preferred";
        return $"""
            note: {Nodes(nodes)} for {replicas} replicas: they may share a node ({Policy}=preferred), and are lost together with it.
            To keep replicas pending instead until there are nodes for them: --set {Policy}=required
            """;
    }

    /// <summary>Says what must be done before a webhook that fails closed is there, where pods of kube-system would depend on it.</summary>
    public static async Task WarnAsync(TargetCluster cluster, ClusterCapabilities capabilities, ITerminal terminal, CancellationToken cancel)
    {
        if (await cluster.KubeSystemIsSafeAsync(capabilities, cancel))
            return;
        await terminal.Error.WriteLineAsync($"""
            warning: with --ha, pods of a namespace do not start while the injector is away, and kube-system is not exempt on Kubernetes {capabilities.KubeVersion}.
            Before applying, run:  kubectl label namespace kube-system {TargetCluster.AdmissionLabel}=disabled
            """);
    }

    private static string Nodes(int count) => count == 1 ? "1 node" : $"{count} nodes";

    private static bool TryCount(object? value, out long count)
    {
        count = value switch
        {
            long number => number,
            int number => number,
            double number => (long)number,
            string text when long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) => number,
            _ => 0,
        };
        return count > 1;
    }
}
