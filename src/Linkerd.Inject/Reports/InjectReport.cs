namespace Linkerd.Inject.Reports;

/// <summary>What injection found in one resource, and what came of it.</summary>
public sealed record InjectReport
{
    /// <summary>Kind in lower case; empty when the document has none.</summary>
    public string Kind { get; init; } = "";

    /// <summary>Name, or the generateName of a pod without one.</summary>
    public string Name { get; init; } = "";

    /// <summary>The pod uses the node's network.</summary>
    public bool HostNetwork { get; init; }

    /// <summary>The pod has a proxy of this or another mesh.</summary>
    public bool Sidecar { get; init; }

    /// <summary>A container port is UDP, which the mesh leaves alone.</summary>
    public bool Udp { get; init; }

    /// <summary>The kind has no pod template.</summary>
    public bool UnsupportedResource { get; init; }

    /// <summary>Annotations keep the proxy out.</summary>
    public bool InjectDisabled { get; init; }

    /// <summary>Which rule, as a code of <see cref="SkipReason"/>; empty for the CLI.</summary>
    public string InjectDisabledReason { get; init; } = "";

    /// <summary><c>namespace</c>, <c>workload</c> or empty: where the deciding annotation stands.</summary>
    public string InjectAnnotationAt { get; init; } = "";

    /// <summary>The resource can carry configuration annotations.</summary>
    public bool Annotatable { get; init; }

    /// <summary>It was given some.</summary>
    public bool Annotated { get; init; }

    /// <summary>A service account token is there for the proxy. </summary>
    public bool AutomountServiceAccountToken { get; init; } = true;

    /// <summary>A proxy, or metadata of the mesh, was taken out.</summary>
    public bool ProxyUninjected { get; init; }

    /// <summary>A linkerd-init was taken out.</summary>
    public bool ProxyInitUninjected { get; init; }

    /// <summary><c>kind/name</c>.</summary>
    public string ResourceName => $"{Kind}/{Name}";

    /// <summary>Whether the proxy goes in.</summary>
    public bool Injectable => SkipReasons.Count == 0;

    /// <summary>Codes of <see cref="SkipReason"/>, empty when injectable.</summary>
    public IReadOnlyList<string> SkipReasons
    {
        get
        {
            var reasons = new List<string>();
            if (HostNetwork)
                reasons.Add(SkipReason.HostNetwork);
            if (Sidecar)
                reasons.Add(SkipReason.SidecarExists);
            if (UnsupportedResource)
                reasons.Add(SkipReason.Unsupported);
            if (InjectDisabled)
                reasons.Add(InjectDisabledReason);
            if (!AutomountServiceAccountToken)
                reasons.Add(SkipReason.NoServiceAccountToken);
            return reasons;
        }
    }

    /// <summary>What makes the CLI refuse: conditions that adding the annotation could not mend.</summary>
    public IReadOnlyList<string> Errors
    {
        get
        {
            var errors = new List<string>();
            if (!AutomountServiceAccountToken)
                errors.Add(SkipReason.Sentence(SkipReason.NoServiceAccountToken));
            if (HostNetwork)
                errors.Add(SkipReason.Sentence(SkipReason.HostNetwork));
            if (Sidecar)
                errors.Add(SkipReason.Sentence(SkipReason.SidecarExists));
            if (Udp)
                errors.Add(SkipReason.Sentence(SkipReason.UdpPorts));
            return errors;
        }
    }
}
