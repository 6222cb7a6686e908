namespace Linkerd.Http;

/// <summary>What a field of a header block is: a <see cref="KnownHeader"/> by its number, or one of the pseudo-fields.</summary>
internal static class FieldId
{
    public const byte Other = 0;
    public const byte Method = 250;
    public const byte Scheme = 251;
    public const byte Authority = 252;
    public const byte Path = 253;
    public const byte Status = 254;

    /// <summary>A name with a colon in front that is none of RFC 9113 §8.3.</summary>
    public const byte UnknownPseudo = 255;

    public static bool IsPseudo(byte id) => id >= Method;

    public static byte Of(ReadOnlySpan<byte> lowerCaseName)
    {
        if (lowerCaseName.IsEmpty || lowerCaseName[0] != (byte)':') return (byte)KnownHeaders.Find(lowerCaseName);
        if (lowerCaseName.SequenceEqual(":method"u8)) return Method;
        if (lowerCaseName.SequenceEqual(":scheme"u8)) return Scheme;
        if (lowerCaseName.SequenceEqual(":authority"u8)) return Authority;
        if (lowerCaseName.SequenceEqual(":path"u8)) return Path;
        return lowerCaseName.SequenceEqual(":status"u8) ? Status : UnknownPseudo;
    }

    public static ReadOnlySpan<byte> NameOf(byte id) => id switch
    {
        Method => ":method"u8,
        Scheme => ":scheme"u8,
        Authority => ":authority"u8,
        Path => ":path"u8,
        Status => ":status"u8,
        _ => KnownHeaders.NameOf((KnownHeader)id),
    };
}
