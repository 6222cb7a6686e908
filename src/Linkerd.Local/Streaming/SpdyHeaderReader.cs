using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Linkerd.Local.Streaming;

/// <summary>
/// Reads the header blocks of one SPDY connection: one zlib stream over all of them, primed with a dictionary. The platform's inflater takes no
/// dictionary, so the dictionary is fed first as stored blocks: afterwards the window is the same.
/// </summary>
internal sealed class SpdyHeaderReader : IDisposable
{
    private const int ZlibHead = 6;
    private const int LargestBlock = 64 * 1024;
    private const int MostHeaders = 64;
    private readonly FeedStream _input = new();
    private readonly DeflateStream _inflater;
    private bool _started;

    public SpdyHeaderReader()
    {
        _inflater = new DeflateStream(_input, CompressionMode.Decompress);
        Span<byte> head = stackalloc byte[5];
        BinaryPrimitives.WriteUInt16LittleEndian(head[1..], (ushort)Spdy.Dictionary.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(head[3..], (ushort)~Spdy.Dictionary.Length);
        _input.Feed(head);
        _input.Feed(Spdy.Dictionary);
        _inflater.ReadExactly(new byte[Spdy.Dictionary.Length]);
    }

    public Dictionary<string, string> Read(ReadOnlySpan<byte> block)
    {
        if (!_started)
        {
            // CMF, FLG with FDICT, and the dictionary's checksum come once, before the first block.
            if (block.Length < ZlibHead) throw new InvalidDataException("the first header block lacks its zlib head");
            block = (block[1] & 0x20) != 0 ? block[ZlibHead..] : block[2..];
            _started = true;
        }
        _input.Feed(block);
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var count = ReadNumber();
        if (count > MostHeaders) throw new InvalidDataException($"a header block has {count} headers; at most {MostHeaders} are allowed");
        for (var i = 0; i < count; i++)
        {
            var name = ReadText();
            headers[name] = ReadText();
        }
        return headers;
    }

    public void Dispose()
    {
        _inflater.Dispose();
        _input.Dispose();
    }

    private uint ReadNumber()
    {
        Span<byte> bytes = stackalloc byte[4];
        _inflater.ReadExactly(bytes);
        return BinaryPrimitives.ReadUInt32BigEndian(bytes);
    }

    private string ReadText()
    {
        var length = ReadNumber();
        if (length > LargestBlock) throw new InvalidDataException("a header is too long");
        var bytes = new byte[length];
        _inflater.ReadExactly(bytes);
        return Encoding.UTF8.GetString(bytes);
    }
}
