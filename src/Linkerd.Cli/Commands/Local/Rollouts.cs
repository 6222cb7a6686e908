using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Cli.Commands.Local;

/// <summary>Waits for Deployments, and says what holds them up when they take too long.</summary>
internal static class Rollouts
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    /// <summary>Returns when every Deployment of the namespace is available in its newest form.</summary>
    /// <exception cref="CliException">That took more than three minutes; the message has the pods' own words.</exception>
    public static async Task WaitAsync(KubernetesClient client, string ns, CancellationToken cancel)
    {
        var deadline = Environment.TickCount64 + (long)Limit.TotalMilliseconds;
        while (true)
        {
            var list = await client.Resource(Resources.Deployments, ns).ListAsync(cancel: cancel);
            var waiting = list.Items.Where(static d => !IsDone(d)).Select(static d => d.Metadata.Name).ToList();
            if (list.Items.Count != 0 && waiting.Count == 0)
                return;
            if (Environment.TickCount64 > deadline)
                throw new CliException($"not ready after {Limit.TotalMinutes:0} minutes: {string.Join(", ", waiting)}\n{await ExplainAsync(client, ns, cancel)}");
            await Task.Delay(Poll, cancel);
        }
    }

    private static bool IsDone(Deployment deployment)
    {
        var wanted = deployment.Spec?.Replicas ?? 1;
        return deployment.Status is { } status && status.ObservedGeneration >= (deployment.Metadata.Generation ?? 0)
            && (status.UpdatedReplicas ?? 0) == wanted && (status.AvailableReplicas ?? 0) == wanted && (status.Replicas ?? 0) == wanted;
    }

    private static async Task<string> ExplainAsync(KubernetesClient client, string ns, CancellationToken cancel)
    {
        var lines = new List<string>();
        await foreach (var pod in client.Resource(Resources.Pods, ns).ListAllAsync(cancel: cancel))
        {
            foreach (var status in (pod.Status?.InitContainerStatuses ?? []).Concat(pod.Status?.ContainerStatuses ?? []).Where(static s => s.Ready != true))
            {
                var state = status.State;
                var why = state?.Waiting is { } waiting ? $"{waiting.Reason} {waiting.Message}" : state?.Terminated is { } ended ? $"{ended.Reason} (exit code {ended.ExitCode}) {ended.Message}" : "running, not ready";
                lines.Add($"  {pod.Metadata.Name} {status.Name}: {why}; see: linkerd local logs -n {ns} {pod.Metadata.Name} -c {status.Name}");
            }
        }

        return string.Join('\n', lines);
    }
}
