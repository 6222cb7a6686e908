using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Security.Authentication;
using Linkerd.Checks;
using Linkerd.Cli.Pods;
using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Cli.Commands.Rotate;

/// <summary>Every proxy of a mesh.</summary>
internal sealed class Fleet(KubernetesClient client, string ns)
{
    private const string AnchorsVariable = "LINKERD2_PROXY_IDENTITY_TRUST_ANCHORS";
    private const int Parallel = 16;
    private const int Attempts = 3;

    /// <summary>Asks every proxy but those of the pods that are known already.</summary>
    /// <returns>Sorted by name.</returns>
    public async Task<IReadOnlyList<Member>> ReadAsync(IReadOnlySet<string> known, CancellationToken cancel)
    {
        var pods = await PodsAsync(cancel);
        var members = new ConcurrentBag<Member>();
        var options = new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancel };
        await System.Threading.Tasks.Parallel.ForEachAsync(pods.Where(p => !known.Contains(p.Metadata.Uid ?? "")), options, async (pod, stop) => members.Add(await AskAsync(pod, stop)));
        return [.. members.OrderBy(static m => m.Name, StringComparer.Ordinal)];
    }

    /// <summary>How many proxies there are.</summary>
    public async Task<int> CountAsync(CancellationToken cancel) => (await PodsAsync(cancel)).Count;

    /// <summary>The anchors that a pod made now would be given, asked by a trial that stores nothing; null when nobody can tell.</summary>
    public async Task<string?> InjectedAnchorsAsync(CancellationToken cancel)
    {
        var pods = await PodsAsync(cancel);
        var target = pods.Select(static p => p.Metadata.Namespace).FirstOrDefault(n => n is not null && n != ns);
        if (target is null)
            return null;
        var trial = new Pod
        {
            Metadata = new ObjectMeta { GenerateName = "linkerd-rotate-", Namespace = target, Annotations = new Dictionary<string, string> { ["linkerd.io/inject"] = "enabled" } },
            Spec = new PodSpec { Containers = [new Container { Name = "trial", Image = "none" }] },
        };
        try
        {
            var made = await client.Resource(Resources.Pods, target).CreateAsync(trial, new WriteOptions { DryRun = true }, cancel);
            return MeshedPods.ProxyOf(made)?.Env?.FirstOrDefault(static e => e.Name == AnchorsVariable)?.Value;
        }
        catch (KubernetesException)
        {
            return null;
        }
    }

    private async Task<List<Pod>> PodsAsync(CancellationToken cancel)
    {
        var pods = new List<Pod>();
        await foreach (var pod in client.Resource(Resources.Pods, null).ListAllAsync(new ListOptions { LabelSelector = $"linkerd.io/control-plane-ns={ns}" }, cancel))
        {
            if (pod.Status?.Phase is not ("Succeeded" or "Failed") && pod.Metadata.DeletionTimestamp is null && MeshedPods.ProxyOf(pod) is not null)
                pods.Add(pod);
        }

        return pods;
    }

    private async Task<Member> AskAsync(Pod pod, CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                if (pod.Status?.Phase != "Running")
                    return Waiting(pod);
                var trust = await ProxyTrust.ReadAsync(client, pod, cancel);
                if (trust.Anchors.Count == 0)
                    trust = trust with { Anchors = OfEnvironment(pod) };
                return new Member(pod, trust, trust.Issuer is null ? await ProxyCertificate.FetchAsync(client, pod, cancel) : null, null);
            }
            catch (Exception e) when (IsFault(e, cancel))
            {
                if (attempt == Attempts)
                    return new Member(pod, null, null, $"does not answer: {e.InnerException?.Message ?? e.Message}");
            }
        }
    }

    // It will begin with what its environment says. Its certificate will be of whoever signs then.
    private static Member Waiting(Pod pod) => OfEnvironment(pod) is { Count: > 0 } anchors
        ? new Member(pod, new ProxyTrust(anchors, null), null, null)
        : new Member(pod, null, null, $"is not running yet ({pod.Status?.Phase ?? "Pending"})");

    private static HashSet<string> OfEnvironment(Pod pod) =>
        MeshedPods.ProxyOf(pod)?.Env?.FirstOrDefault(static e => e.Name == AnchorsVariable)?.Value is { Length: > 0 } pem ? [.. Credentials.Hashes(pem)] : [];

    private static bool IsFault(Exception e, CancellationToken cancel) =>
        e is HttpRequestException or IOException or KubernetesException or WebSocketException or AuthenticationException or CliException
        || (e is OperationCanceledException && !cancel.IsCancellationRequested);
}
