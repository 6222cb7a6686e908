using System.Security.Cryptography.X509Certificates;
using Linkerd.Checks;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Cli.Commands.Rotate;

/// <summary>A running proxy, and what it tells of itself.</summary>
/// <param name="Pod">Its pod.</param>
/// <param name="Trust">What it tells; null when it does not answer.</param>
/// <param name="Leaf">Its certificate, of a proxy that does not tell its issuer.</param>
/// <param name="Fault">Why it does not answer.</param>
internal sealed record Member(Pod Pod, ProxyTrust? Trust, X509Certificate2? Leaf, string? Fault)
{
    /// <summary>Namespace and name.</summary>
    public string Name => $"{Pod.Metadata.Namespace}/{Pod.Metadata.Name}";

    /// <summary>What keeps this proxy from trusting all of these; null: nothing.</summary>
    public string? Lacks(IReadOnlyCollection<string> anchors) =>
        Unknown ?? (anchors.All(Trust!.Anchors.Contains) ? null : "does not trust the new anchors yet");

    /// <summary>What keeps this proxy from having forgotten these; null: nothing.</summary>
    public string? Keeps(IReadOnlyCollection<string> anchors) =>
        Unknown ?? (!HasNotStarted && anchors.Any(Trust!.Anchors.Contains) ? "still trusts the old anchors" : null);

    /// <summary>What keeps this proxy's certificate from being of this issuer; null: nothing.</summary>
    public string? NotOf(X509Certificate2 issuer)
    {
        if (Fault is not null)
            return Fault;
        if (HasNotStarted)
            return null;
        var signed = Trust?.Issuer is { } hash ? hash == ProxyTrust.HashOf(issuer) : Leaf is not null && KeyOf(issuer) is { } key && SignerOf(Leaf) == key;
        return signed ? null : "its certificate is of the old issuer";
    }

    // It has no certificate, and follows the control plane as soon as it has one.
    private bool HasNotStarted => Trust is { Issuer: null } && Leaf is null;

    private string? Unknown => Fault ?? (Trust is null or { Anchors.Count: 0 } ? "does not tell which anchors it trusts: restart it with a proxy of this version" : null);

    private static string? KeyOf(X509Certificate2 certificate) => certificate.Extensions.OfType<X509SubjectKeyIdentifierExtension>().FirstOrDefault()?.SubjectKeyIdentifier;

    private static string? SignerOf(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509AuthorityKeyIdentifierExtension>().FirstOrDefault()?.KeyIdentifier is { } key ? Convert.ToHexString(key.Span) : null;
}
