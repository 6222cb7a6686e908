using System.Text;

namespace Linkerd.Proxy.Inbound;

/// <summary>The authorities that requests of one port asked for, as far as metrics tell them apart. One per port and worker.</summary>
internal sealed class AuthorityNames
{
    /// <summary>A client can ask for any number: those beyond share the series without an authority.</summary>
    public const int Max = 100;

    private const int MaxLength = 253 + 6;

    private readonly List<byte[]> _known = [];

    /// <summary>The one instance of a name, in lower case; null when it is not told apart. Allocates when a name is new.</summary>
    public byte[]? Find(ReadOnlySpan<byte> authority)
    {
        foreach (byte[] known in _known)
        {
            if (Ascii.EqualsIgnoreCase(known, authority)) return known;
        }

        if (authority.IsEmpty || authority.Length > MaxLength || _known.Count == Max || authority.ContainsAnyExceptInRange((byte)0x21, (byte)0x7E)) return null;
        byte[] made = authority.ToArray();
        foreach (ref byte letter in made.AsSpan())
        {
            if (letter is >= (byte)'A' and <= (byte)'Z') letter += 32;
        }

        _known.Add(made);
        return made;
    }
}
