using System.Text;
using Linkerd.Charts.Values;
using Linkerd.Charts.Yaml;

namespace Linkerd.Cli.Commands.Install;

/// <summary>What a control plane was installed with, its issuer and trust anchors among the values.</summary>
internal sealed record InstalledValues(ValueMap Values, string TrustAnchors)
{
    private const string Issuer = "linkerd-identity-issuer";
    private const string TrustRoots = "linkerd-identity-trust-roots";
    private const string Bundle = "ca-bundle.crt";

    /// <summary>Reads them from the cluster.</summary>
    /// <exception cref="CliException">There is no control plane, or not one of the CLI's.</exception>
    public static async Task<InstalledValues> FromAsync(TargetCluster cluster, string ns, CancellationToken cancel)
    {
        if (!await cluster.IsInstalledAsync(cancel))
            throw new CliException($"There is no control plane to upgrade: namespace {ns} has no ConfigMap linkerd-config. To install one: linkerd install | kubectl apply -f -");
        return From(
            await cluster.SecretAsync(ControlPlaneRenderer.Overrides, ControlPlaneRenderer.Overrides, cancel),
            await cluster.ConfigAsync(TrustRoots, Bundle, cancel),
            await cluster.SecretAsync(Issuer, "crt.pem", cancel),
            await cluster.SecretAsync(Issuer, "key.pem", cancel));
    }

    /// <summary>Reads them from manifests: what <c>linkerd install</c> wrote, or <c>kubectl get -o yaml</c>.</summary>
    /// <exception cref="CliException">The manifests do not hold them.</exception>
    public static InstalledValues From(string manifests)
    {
        var objects = YamlReader.ReadAll(manifests).OfType<ValueMap>().SelectMany(m => m.GetValueOrDefault("items") is List<object?> items ? items.OfType<ValueMap>() : [m]).ToList();
        return From(Secret(ControlPlaneRenderer.Overrides, ControlPlaneRenderer.Overrides), Data(TrustRoots, Bundle), Secret(Issuer, "crt.pem"), Secret(Issuer, "key.pem"));

        string? Data(string name, string key) =>
            objects.Find(o => o.Find("metadata.name") as string == name)?.GetValueOrDefault("data") is ValueMap data ? data.GetValueOrDefault(key) as string : null;

        string? Secret(string name, string key)
        {
            try
            {
                return Data(name, key) is { } text ? Encoding.UTF8.GetString(Convert.FromBase64String(text)) : null;
            }
            catch (FormatException e)
            {
                throw new CliException($"Secret {name}, key {key}: its value is not base64", e);
            }
        }
    }

    private static InstalledValues From(string? overrides, string? anchors, string? certificate, string? key)
    {
        if (overrides is null)
        {
            throw new CliException($"""
                There is no Secret {ControlPlaneRenderer.Overrides}, so this control plane was not installed by the CLI.
                If Helm installed it, upgrade it with Helm. If you have the manifests that were applied: linkerd upgrade --from-manifests FILE
                """);
        }

        var values = YamlReader.ReadMap(overrides);
        var bundle = anchors ?? throw new CliException($"There is no ConfigMap {TrustRoots} with a key {Bundle}: the trust anchors are needed");
        values.Put("identityTrustAnchorsPEM", bundle);
        if (values.Find("identity.issuer.scheme") as string != "kubernetes.io/tls")
        {
            values.Put("identity.issuer.tls.crtPEM", certificate ?? throw new CliException($"The Secret {Issuer} has no key crt.pem: the issuer is needed"));
            values.Put("identity.issuer.tls.keyPEM", key ?? throw new CliException($"The Secret {Issuer} has no key key.pem: the issuer is needed"));
        }

        return new InstalledValues(values, bundle);
    }
}
