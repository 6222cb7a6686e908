using System.Security.Cryptography.X509Certificates;

namespace Linkerd.Checks;

/// <summary>Whether a certificate leads to one of several roots.</summary>
public static class CertificateChain
{
    /// <summary>Looks for a way to any of the roots.</summary>
    /// <param name="certificate">The end of the chain.</param>
    /// <param name="roots">Whom to trust.</param>
    /// <param name="intermediates">What may stand between.</param>
    /// <param name="now">When it has to be valid.</param>
    /// <returns>Null when there is a way, else why there is none.</returns>
    public static string? FaultOf(X509Certificate2 certificate, X509Certificate2Collection roots, X509Certificate2Collection intermediates, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(roots);
        var reasons = new SortedSet<string>(StringComparer.Ordinal);
        // One by one: the platform's chain builder takes the first root of a name, and roots of one name are usual in a rotation.
        foreach (var root in roots)
        {
            using var chain = new X509Chain();
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.Add(root);
            chain.ChainPolicy.ExtraStore.AddRange(intermediates);
            chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            chain.ChainPolicy.VerificationTime = now.UtcDateTime;
            if (chain.Build(certificate))
                return null;
            reasons.UnionWith(chain.ChainStatus.Select(static s => s.StatusInformation.Trim()));
        }

        return string.Join("; ", reasons);
    }
}
