using Linkerd.Kubernetes;

namespace Linkerd.Cli.Commands.Local;

/// <summary>Finds a pod by its name or by its Deployment's.</summary>
internal static class PodName
{
    public static async Task<string> FindAsync(KubernetesClient client, string ns, string name, CancellationToken cancel)
    {
        var pods = client.Resource(Resources.Pods, ns);
        if (await pods.FindAsync(name, cancel) is not null)
            return name;
        var bare = name[(name.IndexOf('/', StringComparison.Ordinal) + 1)..];
        string? newest = null;
        DateTimeOffset? made = null;
        await foreach (var pod in pods.ListAllAsync(cancel: cancel))
        {
            if (pod.Metadata.Name!.StartsWith(bare + "-", StringComparison.Ordinal) && (made is null || pod.Metadata.CreationTimestamp > made))
                (newest, made) = (pod.Metadata.Name, pod.Metadata.CreationTimestamp);
        }

        return newest ?? throw new CliException($"namespace {ns} has no pod \"{name}\" and no pod of a deployment of that name");
    }
}
