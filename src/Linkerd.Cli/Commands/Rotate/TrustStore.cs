using System.Text.Json.Nodes;
using Linkerd.Charts.Yaml;
using Linkerd.Cli.Commands.Install;
using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Cli.Commands.Rotate;

/// <summary>Where a cluster keeps trust anchors, issuer, and the rotation under way.</summary>
internal sealed class TrustStore(KubernetesClient client, string ns)
{
    private const string TrustRoots = "linkerd-identity-trust-roots";
    private const string Bundle = "ca-bundle.crt";
    private const string IssuerSecret = "linkerd-identity-issuer";
    private const string Config = "linkerd-config";

    /// <summary>What is in force.</summary>
    /// <exception cref="CliException">There is no control plane, or somebody else keeps its credentials.</exception>
    public async Task<(Credentials Credentials, string TrustDomain)> ReadAsync(CancellationToken cancel)
    {
        var config = await client.Resource(Resources.ConfigMaps, ns).FindAsync(Config, cancel)
            ?? throw new CliException($"There is no control plane in namespace {ns}: it has no ConfigMap {Config}. If it is elsewhere, name its namespace with --linkerd-namespace");
        var values = YamlReader.ReadMap(config.Data?.GetValueOrDefault("values") ?? "");
        if (values.Find("identity.issuer.scheme") as string == "kubernetes.io/tls")
        {
            throw new CliException($"""
                The issuer of this control plane is renewed by somebody else, usually cert-manager (identity.issuer.scheme is kubernetes.io/tls).
                Rotate it there; proxies ask for new certificates by themselves as soon as Secret {IssuerSecret} changes.
                For new trust anchors: put old and new into ConfigMap {TrustRoots}, wait until every proxy has both
                (metric identity_trust_anchor_info), let the new one sign the issuer, and take the old one out when no identity_issuer_info is of it.
                """);
        }

        var cluster = new TargetCluster(client, ns);
        var anchors = await cluster.ConfigAsync(TrustRoots, Bundle, cancel) ?? throw new CliException($"ConfigMap {TrustRoots} of namespace {ns} has no key {Bundle}: there are no trust anchors to rotate");
        var certificate = await cluster.SecretAsync(IssuerSecret, "crt.pem", cancel) ?? throw new CliException($"Secret {IssuerSecret} of namespace {ns} has no key crt.pem: there is no issuer to rotate");
        var key = await cluster.SecretAsync(IssuerSecret, "key.pem", cancel) ?? throw new CliException($"Secret {IssuerSecret} of namespace {ns} has no key key.pem: there is no issuer to rotate");
        return (new Credentials(anchors, certificate, key), IssuerCredentials.TrustDomain(values));
    }

    /// <summary>The rotation under way; null: none.</summary>
    public async Task<Rotation?> FindRotationAsync(CancellationToken cancel) =>
        await client.Resource(Resources.Secrets, ns).FindAsync(Rotation.SecretName, cancel) is { } secret ? Rotation.From(secret) : null;

    /// <summary>Keeps a new rotation.</summary>
    /// <exception cref="CliException">Another has begun in the meantime.</exception>
    public async Task BeginAsync(Rotation rotation, CancellationToken cancel)
    {
        try
        {
            await client.Resource(Resources.Secrets, ns).CreateAsync(rotation.ToSecret(ns), cancel: cancel);
        }
        catch (KubernetesException e) when (e.IsAlreadyExists)
        {
            throw new CliException("Somebody else has begun a rotation at this moment. To see it: linkerd identity rotate --status", e);
        }
    }

    /// <summary>Keeps how far a rotation is.</summary>
    public Task KeepAsync(Rotation rotation, CancellationToken cancel) => client.Resource(Resources.Secrets, ns).UpdateAsync(rotation.ToSecret(ns), cancel: cancel);

    /// <summary>Forgets the rotation.</summary>
    public Task EndAsync(CancellationToken cancel) => client.Resource(Resources.Secrets, ns).TryDeleteAsync(Rotation.SecretName, cancel: cancel);

    /// <summary>Puts trust anchors in force.</summary>
    public async Task PutAnchorsAsync(string pem, CancellationToken cancel)
    {
        var maps = client.Resource(Resources.ConfigMaps, ns);
        await maps.PatchAsync(TrustRoots, Data(Bundle, pem), cancel: cancel);

        // What `linkerd inject --manual` and an upgrade read.
        var config = await maps.GetAsync(Config, cancel);
        var values = YamlReader.ReadMap(config.Data?.GetValueOrDefault("values") ?? "");
        values.Put("identityTrustAnchorsPEM", pem);
        await maps.PatchAsync(Config, Data("values", YamlWriter.Write(values)), cancel: cancel);
    }

    /// <summary>Puts an issuer in force.</summary>
    public Task PutIssuerAsync(Credentials credentials, CancellationToken cancel) => client.Resource(Resources.Secrets, ns).PatchAsync(
        IssuerSecret,
        Patch.Merge(new JsonObject { ["stringData"] = new JsonObject { ["crt.pem"] = credentials.Certificate, ["key.pem"] = credentials.Key } }),
        cancel: cancel);

    private static Patch Data(string key, string value) => Patch.Merge(new JsonObject { ["data"] = new JsonObject { [key] = value } });
}
