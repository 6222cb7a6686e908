using System.Security.Cryptography;
using System.Text;

namespace Linkerd.Proxy.Identity;

/// <summary>The trust anchors in force, by PEM text; two sets are equal when they hold the same certificates.</summary>
public sealed class TrustAnchorSet : IEquatable<TrustAnchorSet>
{
    private const string Begin = "-----BEGIN CERTIFICATE-----";
    private const string End = "-----END CERTIFICATE-----";

    private TrustAnchorSet(string pem, IReadOnlyList<string> hashes)
    {
        Pem = pem;
        Hashes = hashes;
    }

    public string Pem { get; }

    /// <summary>SHA-256 of each anchor's DER, lower-case hexadecimal, sorted.</summary>
    public IReadOnlyList<string> Hashes { get; }

    /// <summary>Reads PEM text; null when it holds no certificate.</summary>
    public static TrustAnchorSet? Parse(string pem)
    {
        var hashes = new SortedSet<string>(StringComparer.Ordinal);
        int position = 0;
        while ((position = pem.IndexOf(Begin, position, StringComparison.Ordinal)) >= 0)
        {
            int end = pem.IndexOf(End, position, StringComparison.Ordinal);
            if (end < 0) return null;
            byte[] der = new byte[end - position];
            string base64 = string.Concat(pem[(position + Begin.Length)..end].Where(static c => !char.IsWhiteSpace(c)));
            if (!Convert.TryFromBase64String(base64, der, out int length)) return null;
            hashes.Add(Convert.ToHexStringLower(SHA256.HashData(der.AsSpan(0, length))));
            position = end;
        }

        return hashes.Count == 0 ? null : new TrustAnchorSet(pem, [.. hashes]);
    }

    public bool Equals(TrustAnchorSet? other) => other is not null && Hashes.SequenceEqual(other.Hashes);

    public override bool Equals(object? obj) => Equals(obj as TrustAnchorSet);

    public override int GetHashCode() => string.GetHashCode(Hashes[0], StringComparison.Ordinal);
}
