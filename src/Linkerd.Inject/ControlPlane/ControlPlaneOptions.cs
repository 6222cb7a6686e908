using Linkerd.Inject.Values;

namespace Linkerd.Inject.ControlPlane;

/// <summary>What the control plane's manifests are made from. Certificates that are not given are generated.</summary>
public sealed record ControlPlaneOptions
{
    /// <summary>Namespace. Default linkerd.</summary>
    public string Namespace { get; init; } = "linkerd";

    /// <summary>Registry and path of the images. Default ghcr.io/linkerd-cs.</summary>
    public string Registry { get; init; } = "ghcr.io/linkerd-cs";

    /// <summary>Version of the mesh and tag of its images. Default 0.1.0.</summary>
    public string Version { get; init; } = "0.1.0";

    /// <summary>Values that proxies get; image names, version and trust anchors are set from the other options.</summary>
    public InjectValues Values { get; init; } = new();

    /// <summary>Version of the API server: native sidecars are used from 1.29.</summary>
    public KubernetesVersion? ServerVersion { get; init; }

    /// <summary>Trust anchors, PEM; null uses the generated issuer itself.</summary>
    public string? TrustAnchorsPem { get; init; }

    /// <summary>Issuer certificate, PEM; null generates one, valid for a year.</summary>
    public string? IssuerCertificatePem { get; init; }

    /// <summary>Issuer key, PEM.</summary>
    public string? IssuerKeyPem { get; init; }

    /// <summary>Certificate of the webhooks, PEM; null generates one for each, valid for a year.</summary>
    public string? WebhookCertificatePem { get; init; }

    /// <summary>Key of the webhook, PEM.</summary>
    public string? WebhookKeyPem { get; init; }

    /// <summary>What signed the webhook's certificate, PEM; null takes the certificate itself.</summary>
    public string? WebhookCaPem { get; init; }

    /// <summary><c>Ignore</c> lets pods in without a proxy while the webhook is away, <c>Fail</c> keeps them out.</summary>
    public string WebhookFailurePolicy { get; init; } = "Ignore";

    /// <summary>Replicas of each component.</summary>
    public int Replicas { get; init; } = 1;

    /// <summary>User id of the controllers. Default 2103.</summary>
    public int ControllerUid { get; init; } = 2103;

    /// <summary>Log level of the controllers.</summary>
    public string ControllerLogLevel { get; init; } = "info";

    /// <summary><c>plain</c> or <c>json</c>.</summary>
    public string ControllerLogFormat { get; init; } = "plain";

    /// <summary>Seconds between readiness probes of the controllers. Default 10, as Kubernetes'.</summary>
    public int ReadinessPeriodSeconds { get; init; } = 10;

    /// <summary>Value of <c>linkerd.io/created-by</c>; null is <c>linkerd/cli</c> with the version.</summary>
    public string? CreatedBy { get; init; }

    /// <summary>Clock for the validity of generated certificates.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
