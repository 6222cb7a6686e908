namespace Linkerd.Http;

/// <summary>One decoded field, valid until the next is read.</summary>
internal ref struct HpackField
{
    public byte Id;
    public ReadOnlySpan<byte> Name;
    public ReadOnlySpan<byte> Value;

    /// <summary>Name and value have only bytes that RFC 9113 §8.2.1 allows.</summary>
    public bool IsValid;

    /// <summary>Came as a never-indexed literal.</summary>
    public bool IsSensitive;
}
