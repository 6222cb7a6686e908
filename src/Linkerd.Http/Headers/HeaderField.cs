using System.Text;

namespace Linkerd.Http;

/// <summary>One field of a <see cref="HeaderBlock"/>, valid until the block changes.</summary>
public readonly ref struct HeaderField
{
    internal HeaderField(KnownHeader known, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, bool isSensitive)
    {
        Known = known;
        Name = name;
        Value = value;
        IsSensitive = isSensitive;
    }

    /// <summary>Which one it is, or <see cref="KnownHeader.Other"/>.</summary>
    public KnownHeader Known { get; }

    /// <summary>The name in lower case.</summary>
    public ReadOnlySpan<byte> Name { get; }

    /// <summary>The value, without white space around it.</summary>
    public ReadOnlySpan<byte> Value { get; }

    /// <summary>Never to be put into a compression table (RFC 7541 §7.1.3).</summary>
    public bool IsSensitive { get; }

    /// <inheritdoc/>
    public override string ToString() => $"{Encoding.ASCII.GetString(Name)}: {Encoding.Latin1.GetString(Value)}";
}
