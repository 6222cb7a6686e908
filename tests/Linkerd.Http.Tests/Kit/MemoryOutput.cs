namespace Linkerd.Http.Tests;

/// <summary>An output that is an array; what was read from it is dropped by <see cref="Skip"/>.</summary>
internal sealed class MemoryOutput : IByteOutput
{
    private byte[] _data = new byte[64 * 1024];
    private int _start;
    private int _end;

    public long Pending => ReportedPending ?? _end - _start;

    public long Drained { get; private set; }

    /// <summary>Pretends that this much is pending.</summary>
    public long? ReportedPending { get; set; }

    public ReadOnlySpan<byte> Bytes => _data.AsSpan(_start, _end - _start);

    public Span<byte> GetSpan(int sizeHint)
    {
        int wanted = Math.Max(sizeHint, 1);
        if (_data.Length - _end < wanted)
        {
            int used = _end - _start;
            byte[] target = used + wanted > _data.Length ? new byte[(used + wanted) * 2] : _data;
            Bytes.CopyTo(target);
            _data = target;
            _start = 0;
            _end = used;
        }

        return _data.AsSpan(_end);
    }

    public void Advance(int count) => _end += count;

    public void Write(ReadOnlySpan<byte> data)
    {
        data.CopyTo(GetSpan(data.Length));
        Advance(data.Length);
    }

    public void Skip(int count)
    {
        _start += count;
        Drained += count;
        if (_start == _end) _start = _end = 0;
    }

    public string Text() => System.Text.Encoding.Latin1.GetString(Bytes);

    public byte[] Take()
    {
        byte[] taken = Bytes.ToArray();
        Skip(taken.Length);
        return taken;
    }
}
