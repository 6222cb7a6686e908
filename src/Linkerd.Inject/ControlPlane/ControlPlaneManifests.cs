using System.Text.Json.Nodes;
using Linkerd.Charts;
using Linkerd.Charts.Values;
using Linkerd.Inject.Values;
using Linkerd.Kubernetes.Yaml;

namespace Linkerd.Inject.ControlPlane;

/// <summary>The control plane from its chart with everything chosen: what <c>linkerd local</c> and the tests install.</summary>
public static class ControlPlaneManifests
{
    // Without a version to go by, nothing newer than the oldest supported cluster is used.
    private static readonly KubernetesVersion Oldest = new(1, 20);

    private static readonly (string Key, string Service)[] Webhooks =
    [
        ("proxyInjector", "linkerd-proxy-injector"), ("profileValidator", "linkerd-sp-validator"), ("policyValidator", "linkerd-policy-validator"),
    ];

    /// <summary>All documents as one YAML stream, in an order that can be applied.</summary>
    /// <exception cref="InjectException">Options contradict each other.</exception>
    public static string Render(ControlPlaneOptions options) => Manifests.Join(Rendered(options));

    /// <summary>The same as JSON objects.</summary>
    /// <inheritdoc cref="Render"/>
    public static IReadOnlyList<JsonObject> Documents(ControlPlaneOptions options) => [.. Rendered(options).Select(m => m.Content.ToJson())];

    private static IReadOnlyList<Manifest> Rendered(ControlPlaneOptions options)
    {
        var issuer = Issuer(options);
        var version = options.ServerVersion ?? Oldest;
        string[] apis = (version.Major, version.Minor).CompareTo((1, 21)) >= 0 ? ["policy/v1", "batch/v1/CronJob"] : ["policy/v1beta1", "batch/v1beta1/CronJob"];
        var release = new ChartRelease { Name = "linkerd-control-plane", Namespace = options.Namespace };
        try
        {
            var renderer = new ChartRenderer(EmbeddedCharts.ControlPlane, release, new ClusterCapabilities($"v{version.Major}.{version.Minor}.0", apis));
            return Manifests.Of(renderer.Render(Values(options, issuer)));
        }
        catch (ChartException e)
        {
            throw new InjectException(e.Message, e);
        }
    }

    private static ControlPlaneCertificates Issuer(ControlPlaneOptions options)
    {
        if ((options.IssuerCertificatePem is null) != (options.IssuerKeyPem is null))
            throw new InjectException("an issuer certificate needs its key and a key its certificate: give both or neither");
        if (options.IssuerCertificatePem is not null)
        {
            return options.TrustAnchorsPem is not null
                ? new ControlPlaneCertificates(options.IssuerCertificatePem, options.IssuerKeyPem!)
                : throw new InjectException("an issuer needs the trust anchors that it chains to: give them too");
        }
        if (options.TrustAnchorsPem is not null)
            throw new InjectException("trust anchors need an issuer that chains to them: give its certificate and key too");
        return ControlPlaneCertificates.Issuer($"identity.{options.Namespace}.{options.Values.EffectiveTrustDomain}", options.Clock);
    }

    private static ControlPlaneCertificates Webhook(ControlPlaneOptions options, string service)
    {
        if ((options.WebhookCertificatePem is null) != (options.WebhookKeyPem is null))
            throw new InjectException("a webhook certificate needs its key and a key its certificate: give both or neither");
        return options.WebhookCertificatePem is null
            ? ControlPlaneCertificates.Webhook($"{service}.{options.Namespace}.svc", options.Clock)
            : new ControlPlaneCertificates(options.WebhookCertificatePem, options.WebhookKeyPem!);
    }

    private static ValueMap Values(ControlPlaneOptions options, ControlPlaneCertificates issuer)
    {
        // Injection's values have the names of the chart's.
        var values = ValueMap.From(options.Values.ToJson());
        values.Put("linkerdVersion", options.Version);
        values.Put("cliVersion", options.CreatedBy ?? $"linkerd/cli {options.Version}");
        values.Put("controllerImage", $"{options.Registry}/controller");
        values.Put("proxy.image.name", $"{options.Registry}/proxy");
        values.Put("controllerReplicas", (long)options.Replicas);
        values.Put("controllerUID", (long)options.ControllerUid);
        values.Put("controllerLogLevel", options.ControllerLogLevel);
        values.Put("controllerLogFormat", options.ControllerLogFormat);
        values.Put("controllerReadinessPeriodSeconds", (long)options.ReadinessPeriodSeconds);
        values.Put("webhookFailurePolicy", options.WebhookFailurePolicy);
        values.Put("identityTrustAnchorsPEM", options.TrustAnchorsPem ?? issuer.CertificatePem);
        values.Put("identity.issuer.tls.crtPEM", issuer.CertificatePem);
        values.Put("identity.issuer.tls.keyPEM", issuer.KeyPem);
        foreach (var (key, service) in Webhooks)
        {
            var webhook = Webhook(options, service);
            values.Put($"{key}.crtPEM", webhook.CertificatePem);
            values.Put($"{key}.keyPEM", webhook.KeyPem);
            values.Put($"{key}.caBundle", options.WebhookCaPem ?? "");
        }

        return values;
    }
}
