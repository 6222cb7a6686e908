namespace Linkerd.Http;

/// <summary>
/// Where a session appends the bytes it wants sent. The owner flushes once per turn of its loop; a session never asks for it.
/// </summary>
public interface IByteOutput
{
    /// <summary>Bytes appended and not yet taken by the layer below. Sessions hold back bodies above <see cref="HttpResources.OutputHighWatermark"/>.</summary>
    long Pending { get; }

    /// <summary>Bytes taken by the layer below since the beginning. For the time limit of peers that do not read.</summary>
    long Drained { get; }

    /// <summary>Room for at least <paramref name="sizeHint"/> bytes (never asked above 32 KiB). Valid until the next call.</summary>
    Span<byte> GetSpan(int sizeHint);

    /// <summary>Appends the first <paramref name="count"/> bytes of the last span.</summary>
    void Advance(int count);

    /// <summary>Appends a copy of <paramref name="data"/>, of any length.</summary>
    void Write(ReadOnlySpan<byte> data);
}
