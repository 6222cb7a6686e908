using System.Text;
using Linkerd.Model;

namespace Linkerd.Routing;

/// <summary>A host match, compiled to bytes. Ports do not count; hosts are compared without regard to case.</summary>
public sealed class HostMatcher(HostMatch match)
{
    private readonly byte[] _text = Encoding.ASCII.GetBytes(match.Text);

    /// <summary>An exact host ranks above any suffix, a longer suffix above a shorter one.</summary>
    public int Specificity => (match.IsSuffix ? 0 : 1 << 10) + 1 + match.Text.Length;

    public bool IsMatch(ReadOnlySpan<byte> authority)
    {
        authority = WithoutPort(authority);
        if (!match.IsSuffix) return Ascii.EqualsIgnoreCase(authority, _text);
        int labels = authority.Length - _text.Length;
        return labels > 1 && authority[labels - 1] == (byte)'.' && Ascii.EqualsIgnoreCase(authority[labels..], _text);
    }

    /// <summary>The host of an authority; a literal address of IPv6 keeps its brackets.</summary>
    public static ReadOnlySpan<byte> WithoutPort(ReadOnlySpan<byte> authority)
    {
        int colon = authority.LastIndexOf((byte)':');
        return colon >= 0 && authority[colon..].IndexOf((byte)']') < 0 ? authority[..colon] : authority;
    }
}
