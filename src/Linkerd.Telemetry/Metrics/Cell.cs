using System.Runtime.InteropServices;

namespace Linkerd.Telemetry;

/// <summary>
/// A number that one thread writes and others read. As large as a cache line, so that the cells of two writers never share one.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 112)]
public sealed class Cell
{
    [FieldOffset(48)]
    private long _value;

    public long Value => Volatile.Read(ref _value);

    /// <summary>Adds one. Only the owning thread may call it.</summary>
    public void Increment() => _value++;

    /// <summary>Takes one away. Only the owning thread may call it.</summary>
    public void Decrement() => _value--;

    /// <summary>Adds. Only the owning thread may call it.</summary>
    public void Add(long amount) => _value += amount;

    /// <summary>Replaces. Only the owning thread may call it.</summary>
    public void Set(long value) => Volatile.Write(ref _value, value);
}
