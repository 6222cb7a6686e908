namespace Linkerd.Checks;

/// <summary>What <c>linkerd check</c> is asked for.</summary>
public sealed record CheckOptions
{
    /// <summary>Checks whether a control plane can be installed, rather than one that is.</summary>
    public bool Pre { get; init; }

    /// <summary>Checks the definitions of resources only.</summary>
    public bool Crds { get; init; }

    /// <summary>Checks only that the cluster answers and that the control plane runs: what an extension needs before it is installed.</summary>
    public bool Core { get; init; }

    /// <summary>Checks the viz extension, and nothing else; null does not.</summary>
    public VizCheckOptions? Viz { get; init; }

    /// <summary>Checks the data plane too.</summary>
    public bool Proxy { get; init; }

    /// <summary>Checks the CNI plugin too.</summary>
    public bool Cni { get; init; }

    /// <summary>
    /// Whether the checks that read the control plane's Secrets are made; default true. The dashboard leaves them out: it must not be able to
    /// read the issuer's key.
    /// </summary>
    public bool Secrets { get; init; } = true;

    /// <summary>Namespace of the control plane.</summary>
    public string ControlPlaneNamespace { get; init; } = "linkerd";

    /// <summary>Namespace of the CNI plugin.</summary>
    public string CniNamespace { get; init; } = "linkerd-cni";

    /// <summary>Namespace of the data plane; null is every one.</summary>
    public string? DataPlaneNamespace { get; init; }

    /// <summary>Version of the CLI.</summary>
    public string CliVersion { get; init; } = "";

    /// <summary>The version that everything should have; null asks for none, and nothing is asked over the network.</summary>
    public string? ExpectedVersion { get; init; }

    /// <summary>How long checks that can still come true are tried again. Default 5 min.</summary>
    public TimeSpan Wait { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long to wait between two tries. Default 5 s.</summary>
    public TimeSpan RetryInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>What hints begin with.</summary>
    public string HintBase { get; init; } = "https://linkerd.io/2/checks/#";

    /// <summary>Clock for validity and waiting.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
