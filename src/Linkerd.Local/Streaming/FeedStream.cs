namespace Linkerd.Local.Streaming;

/// <summary>A stream that gives back what it is fed; at its end there is nothing yet, not the end of data.</summary>
internal sealed class FeedStream : Stream
{
    private readonly MemoryStream _bytes = new();
    private long _read;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public void Feed(ReadOnlySpan<byte> bytes)
    {
        if (_read == _bytes.Length)
        {
            _bytes.SetLength(0);
            _read = 0;
        }
        _bytes.Position = _bytes.Length;
        _bytes.Write(bytes);
    }

    public override int Read(Span<byte> buffer)
    {
        _bytes.Position = _read;
        var count = _bytes.Read(buffer);
        _read += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) _bytes.Dispose();
        base.Dispose(disposing);
    }
}
