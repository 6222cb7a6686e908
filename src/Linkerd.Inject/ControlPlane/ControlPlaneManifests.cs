using System.Text;
using System.Text.Json.Nodes;
using Linkerd.Inject.Values;
using Linkerd.Kubernetes.Yaml;

namespace Linkerd.Inject.ControlPlane;

/// <summary>The control plane as plain Kubernetes manifests: <c>manifests/control-plane.yaml</c>, filled in and meshed.</summary>
public static class ControlPlaneManifests
{
    private const string Resource = "Linkerd.Inject.control-plane.yaml";

    /// <summary>All documents as one YAML stream, in an order that can be applied.</summary>
    /// <exception cref="InjectException">Options contradict each other.</exception>
    public static string Render(ControlPlaneOptions options)
    {
        var yaml = new StringBuilder();
        foreach (var document in Documents(options))
            yaml.Append("---\n").Append(KubernetesYaml.Write(document));
        return yaml.ToString();
    }

    /// <summary>The same as JSON objects.</summary>
    /// <inheritdoc cref="Render"/>
    public static IReadOnlyList<JsonObject> Documents(ControlPlaneOptions options)
    {
        var issuer = Issuer(options);
        var anchors = (options.TrustAnchorsPem ?? issuer.CertificatePem).Trim() + "\n";
        var values = Values(options, anchors);
        var variables = new ManifestVariables(Variables(options, values, issuer, Webhook(options)));
        var documents = new List<JsonObject>();
        foreach (var document in KubernetesYaml.ReadAll(Template()))
        {
            var filled = (JsonObject)variables.Fill(document)!;
            if (filled.String("kind") == "Deployment")
                ControlPlaneProxy.AddTo(filled, values, options);
            documents.Add(filled);
        }
        return documents;
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

    private static ControlPlaneCertificates Webhook(ControlPlaneOptions options)
    {
        if ((options.WebhookCertificatePem is null) != (options.WebhookKeyPem is null))
            throw new InjectException("a webhook certificate needs its key and a key its certificate: give both or neither");
        return options.WebhookCertificatePem is null
            ? ControlPlaneCertificates.Webhook($"linkerd-proxy-injector.{options.Namespace}.svc", options.Clock)
            : new ControlPlaneCertificates(options.WebhookCertificatePem, options.WebhookKeyPem!);
    }

    private static InjectValues Values(ControlPlaneOptions options, string anchors) => options.Values with
    {
        LinkerdVersion = options.Version,
        IdentityTrustAnchorsPem = anchors,
        IdentityTrustDomain = options.Values.EffectiveTrustDomain,
        Proxy = options.Values.Proxy with { Image = options.Values.Proxy.Image with { Name = options.Registry + "/proxy" } },
    };

    private static Dictionary<string, JsonNode> Variables(
        ControlPlaneOptions options, InjectValues values, ControlPlaneCertificates issuer, ControlPlaneCertificates webhook) => new()
    {
        ["namespace"] = options.Namespace,
        ["version"] = options.Version,
        ["createdBy"] = options.CreatedBy ?? $"linkerd/cli {options.Version}",
        ["controllerImage"] = $"{options.Registry}/controller:{options.Version}",
        ["imagePullPolicy"] = values.ImagePullPolicy,
        ["replicas"] = options.Replicas,
        ["controllerUid"] = options.ControllerUid,
        ["controllerLogLevel"] = options.ControllerLogLevel,
        ["controllerLogFormat"] = options.ControllerLogFormat,
        ["readinessPeriodSeconds"] = options.ReadinessPeriodSeconds,
        ["trustDomain"] = values.EffectiveTrustDomain,
        ["clusterDomain"] = values.ClusterDomain,
        ["clusterNetworks"] = values.ClusterNetworks,
        ["issuanceLifetime"] = values.Identity.Issuer.IssuanceLifetime,
        ["clockSkewAllowance"] = values.Identity.Issuer.ClockSkewAllowance,
        ["issuerScheme"] = values.Identity.Issuer.Scheme,
        ["outboundTransportMode"] = values.Proxy.OutboundTransportMode,
        ["defaultInboundPolicy"] = values.Proxy.DefaultInboundPolicy,
        ["opaquePorts"] = values.Proxy.OpaquePorts,
        ["enableIpv6"] = values.DisableIpv6 ? "false" : "true",
        ["anyAddress"] = values.DisableIpv6 ? "0.0.0.0" : "[::]",
        ["trustAnchors"] = values.IdentityTrustAnchorsPem,
        ["issuerCertificateBase64"] = Base64(issuer.CertificatePem),
        ["issuerKeyBase64"] = Base64(issuer.KeyPem),
        ["webhookCertificateBase64"] = Base64(webhook.CertificatePem),
        ["webhookKeyBase64"] = Base64(webhook.KeyPem),
        ["webhookCaBase64"] = Base64(options.WebhookCaPem ?? webhook.CertificatePem),
        ["webhookFailurePolicy"] = options.WebhookFailurePolicy,
        ["values"] = KubernetesYaml.Write(values.ToJson()),
    };

    private static string Base64(string pem) => Convert.ToBase64String(Encoding.UTF8.GetBytes(pem.Trim() + "\n"));

    private static string Template()
    {
        using var stream = typeof(ControlPlaneManifests).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"the assembly was built without {Resource}");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
