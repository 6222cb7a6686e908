using System.Runtime.InteropServices;

namespace Linkerd.Net;

/// <summary>A fixed block of unmanaged memory that belongs to a loop's <see cref="BufferPool"/>. Not thread-safe.</summary>
public sealed unsafe class LoopBuffer
{
    internal LoopBuffer(BufferSize size)
    {
        Size = size;
        Length = LengthOf(size);
        Allocate();
    }

    /// <summary>Bytes it holds.</summary>
    public int Length { get; }

    public BufferSize Size { get; }

    /// <summary>All of it; contents are whatever the last user left.</summary>
    public Span<byte> Span => new(Pointer, Length);

    internal byte* Pointer { get; private set; }

    /// <summary>First byte in use, for whoever owns it.</summary>
    internal int Start { get; set; }

    /// <summary>One past the last byte in use, for whoever owns it.</summary>
    internal int End { get; set; }

    internal int Used => End - Start;

    internal LoopBuffer? Next { get; set; }

    internal bool IsRented { get; set; }

    internal static int LengthOf(BufferSize size) => size switch
    {
        BufferSize.Small => 16 * 1024,
        BufferSize.Medium => 64 * 1024,
        _ => 256 * 1024,
    };

    /// <summary>Gives it memory again after <see cref="Free"/>.</summary>
    internal void Allocate() => Pointer = (byte*)NativeMemory.Alloc((nuint)Length);

    internal void Free()
    {
        NativeMemory.Free(Pointer);
        Pointer = null;
    }
}
