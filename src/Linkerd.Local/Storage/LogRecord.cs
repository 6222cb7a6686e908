using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Linkerd.Local.Storage;

/// <summary>
/// The layout of one record: length and CRC-32C of the rest (4 bytes each), operation (1), version (8), length and bytes of the resource
/// and of the key (2 each), then the object. Little-endian. A torn or damaged record does not match its checksum and ends the log.
/// </summary>
internal static class LogRecord
{
    private const int Head = 8;
    private const int MaxLength = 64 << 20;

    public static byte[] Write(LogOperation operation, long version, string resource, string key, ReadOnlySpan<byte> utf8)
    {
        var resourceLength = Encoding.UTF8.GetByteCount(resource);
        var keyLength = Encoding.UTF8.GetByteCount(key);
        var record = new byte[Head + 1 + 8 + 2 + resourceLength + 2 + keyLength + utf8.Length];
        var body = record.AsSpan(Head);
        body[0] = (byte)operation;
        BinaryPrimitives.WriteInt64LittleEndian(body[1..], version);
        BinaryPrimitives.WriteUInt16LittleEndian(body[9..], (ushort)resourceLength);
        Encoding.UTF8.GetBytes(resource, body[11..]);
        var at = 11 + resourceLength;
        BinaryPrimitives.WriteUInt16LittleEndian(body[at..], (ushort)keyLength);
        Encoding.UTF8.GetBytes(key, body[(at + 2)..]);
        utf8.CopyTo(body[(at + 2 + keyLength)..]);
        BinaryPrimitives.WriteInt32LittleEndian(record, body.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(4), Checksum(body));
        return record;
    }

    /// <summary>Reads records until the end or the first damaged one; answers how many bytes were sound.</summary>
    public static long ReadAll(Stream stream, Action<LogOperation, long, string, string, byte[]> visit)
    {
        Span<byte> head = stackalloc byte[Head];
        long sound = 0;
        while (stream.ReadAtLeast(head, Head, throwOnEndOfStream: false) == Head)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(head);
            if (length is < 13 or > MaxLength) break;
            var body = new byte[length];
            if (stream.ReadAtLeast(body, length, throwOnEndOfStream: false) < length) break;
            if (Checksum(body) != BinaryPrimitives.ReadUInt32LittleEndian(head[4..])) break;
            var resourceLength = BinaryPrimitives.ReadUInt16LittleEndian(body.AsSpan(9));
            var at = 11 + resourceLength;
            var keyLength = BinaryPrimitives.ReadUInt16LittleEndian(body.AsSpan(at));
            visit((LogOperation)body[0], BinaryPrimitives.ReadInt64LittleEndian(body.AsSpan(1)), Encoding.UTF8.GetString(body, 11, resourceLength),
                Encoding.UTF8.GetString(body, at + 2, keyLength), body[(at + 2 + keyLength)..]);
            sound += Head + length;
        }
        return sound;
    }

    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        while (bytes.Length >= 8)
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[8..];
        }
        foreach (var b in bytes) crc = BitOperations.Crc32C(crc, b);
        return ~crc;
    }
}
