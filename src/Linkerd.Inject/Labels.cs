namespace Linkerd.Inject;

/// <summary>Label keys of the mesh.</summary>
public static class Labels
{
    /// <summary>Marks meshed pods and control-plane objects with their control plane's namespace.</summary>
    public const string ControlPlaneNamespace = "linkerd.io/control-plane-ns";

    /// <summary>Marks control-plane objects with their component.</summary>
    public const string ControlPlaneComponent = "linkerd.io/control-plane-component";

    /// <summary>The namespace of a meshed pod.</summary>
    public const string WorkloadNamespace = "linkerd.io/workload-ns";

    /// <summary>The key that names the owner of a meshed pod; null for a kind that has none.</summary>
    public static string? ProxyOwner(string kind) => kind.ToLowerInvariant() switch
    {
        "deployment" or "replicationcontroller" or "replicaset" or "job" or "daemonset" or "statefulset" or "cronjob"
            => "linkerd.io/proxy-" + kind.ToLowerInvariant(),
        _ => null,
    };
}
