using Linkerd.Kubernetes;

namespace Linkerd.Controller.Common.Kubernetes;

/// <summary>Leases by which one of a component's replicas writes what the others only read.</summary>
internal static class ReplicaLease
{
    /// <summary>An elector for a Lease in the namespace of the control plane, as this pod.</summary>
    public static LeaderElector Elector(KubernetesClient client, string ns, string name, TimeProvider time, Action<string> failed) => new(client, new LeaderElectionOptions
    {
        Namespace = ns,
        Name = name,
        Identity = Environment.GetEnvironmentVariable("HOSTNAME") is { Length: > 0 } pod ? pod : $"{Environment.MachineName}-{Environment.ProcessId}",
        OnError = e => failed(e.Message),
        Time = time,
    });
}
