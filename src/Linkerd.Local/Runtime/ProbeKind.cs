namespace Linkerd.Local.Runtime;

/// <summary>What a probe decides.</summary>
internal enum ProbeKind
{
    /// <summary>Whether the other probes may begin.</summary>
    Startup,

    /// <summary>Whether the container must be restarted.</summary>
    Liveness,

    /// <summary>Whether the pod gets traffic.</summary>
    Readiness,
}
