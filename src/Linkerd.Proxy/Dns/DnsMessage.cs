using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace Linkerd.Proxy.Dns;

/// <summary>Queries and responses as bytes (RFC 1035 §4). Pure functions; whatever comes is either decoded or refused.</summary>
public static class DnsMessage
{
    /// <summary>Records of one response that are looked at.</summary>
    public const int MaxRecords = 1000;

    /// <summary>Bytes of a name, on the wire.</summary>
    public const int MaxName = 255;

    private const int Header = 12, MaxLabel = 63, InternetClass = 1;
    private const uint LongestTtl = int.MaxValue;

    /// <summary>A query that asks for recursion; null when <paramref name="name"/> is no name.</summary>
    public static byte[]? EncodeQuery(ushort id, string name, DnsRecordType type)
    {
        ArgumentNullException.ThrowIfNull(name);
        Span<byte> message = stackalloc byte[Header + MaxName + 4];
        message.Clear();
        BinaryPrimitives.WriteUInt16BigEndian(message, id);
        message[2] = 1;
        message[5] = 1;
        int at = Header;
        foreach (string label in name.TrimEnd('.').Split('.'))
        {
            if (label.Length is 0 or > MaxLabel || !Ascii.IsValid(label) || at + label.Length + 2 > Header + MaxName) return null;
            message[at++] = (byte)label.Length;
            at += Encoding.ASCII.GetBytes(label, message[at..]);
        }

        at++;
        BinaryPrimitives.WriteUInt16BigEndian(message[at..], (ushort)type);
        BinaryPrimitives.WriteUInt16BigEndian(message[(at + 2)..], InternetClass);
        return message[..(at + 4)].ToArray();
    }

    /// <summary>Decodes a response; null with the reason when it is malformed.</summary>
    public static DnsResponse? Decode(ReadOnlySpan<byte> message, out string error)
    {
        error = "it is shorter than a header";
        if (message.Length < Header) return null;
        ushort flags = BinaryPrimitives.ReadUInt16BigEndian(message[2..]);
        error = "it is not a response to one standard question";
        if ((flags & 0x8000) == 0 || (flags & 0x7800) != 0 || BinaryPrimitives.ReadUInt16BigEndian(message[4..]) != 1) return null;
        int answers = BinaryPrimitives.ReadUInt16BigEndian(message[6..]);
        int authorities = BinaryPrimitives.ReadUInt16BigEndian(message[8..]);
        int additionals = BinaryPrimitives.ReadUInt16BigEndian(message[10..]);
        error = $"it claims more than {MaxRecords} records";
        if (answers + authorities + additionals > MaxRecords) return null;
        int at = Header;
        error = "its question is malformed";
        if (!TryName(message, ref at, out string name) || message.Length - at < 4) return null;
        var type = (DnsRecordType)BinaryPrimitives.ReadUInt16BigEndian(message[at..]);
        at += 4;
        bool isTruncated = (flags & 0x0200) != 0;
        var answered = new List<DnsRecord>();
        var added = new List<DnsRecord>();
        TimeSpan? negative = null;
        error = "a record is malformed";
        bool isWhole = TryRecords(message, ref at, answers, answered, ref negative)
            && TryRecords(message, ref at, authorities, null, ref negative)
            && TryRecords(message, ref at, additionals, added, ref negative);

        // What was cut off is asked for again; then its end need not be in order.
        if (!isWhole && !isTruncated) return null;
        error = string.Empty;
        return new DnsResponse
        {
            Id = BinaryPrimitives.ReadUInt16BigEndian(message),
            Code = flags & 15,
            IsTruncated = isTruncated,
            Name = name,
            Type = type,
            Answers = answered,
            Additionals = added,
            NegativeTtl = negative,
        };
    }

    private static bool TryRecords(ReadOnlySpan<byte> message, ref int at, int count, List<DnsRecord>? into, ref TimeSpan? negative)
    {
        for (; count > 0; count--)
        {
            if (!TryName(message, ref at, out string name) || message.Length - at < 10) return false;
            var type = (DnsRecordType)BinaryPrimitives.ReadUInt16BigEndian(message[at..]);
            int @class = BinaryPrimitives.ReadUInt16BigEndian(message[(at + 2)..]);
            uint ttl = BinaryPrimitives.ReadUInt32BigEndian(message[(at + 4)..]);
            int length = BinaryPrimitives.ReadUInt16BigEndian(message[(at + 8)..]);
            at += 10;
            if (message.Length - at < length) return false;

            // RFC 2181 §8: a TTL with its top bit set counts as zero.
            var record = new DnsRecord(name, type, TimeSpan.FromSeconds(ttl > LongestTtl ? 0 : ttl));
            if (!TryData(message, at, length, ref record, ref negative)) return false;
            at += length;
            if (@class == InternetClass) into?.Add(record);
        }

        return true;
    }

    private static bool TryData(ReadOnlySpan<byte> message, int at, int length, ref DnsRecord record, ref TimeSpan? negative)
    {
        int end = at + length;
        string target;
        switch (record.Type)
        {
            case DnsRecordType.A when length == 4:
            case DnsRecordType.Aaaa when length == 16:
                record = record with { Address = new IPAddress(message.Slice(at, length)) };
                return true;
            case DnsRecordType.Cname:
                if (!TryName(message[..end], ref at, out target) || at != end) return false;
                record = record with { Target = target };
                return true;
            case DnsRecordType.Srv:
                if (length < 7) return false;
                int priority = BinaryPrimitives.ReadUInt16BigEndian(message[at..]);
                int port = BinaryPrimitives.ReadUInt16BigEndian(message[(at + 4)..]);
                at += 6;
                if (!TryName(message[..end], ref at, out target) || at != end) return false;
                record = record with { Priority = priority, Port = port, Target = target };
                return true;
            case DnsRecordType.Soa:
                if (!TryName(message[..end], ref at, out _) || !TryName(message[..end], ref at, out _) || end - at != 20) return false;
                uint minimum = BinaryPrimitives.ReadUInt32BigEndian(message[(at + 16)..]);
                TimeSpan kept = TimeSpan.FromSeconds(Math.Min(minimum, LongestTtl));
                negative = kept < record.Ttl ? kept : record.Ttl;
                return true;
            default:
                return record.Type is not (DnsRecordType.A or DnsRecordType.Aaaa);
        }
    }

    /// <summary>Reads a name, compressed or not. A pointer must lead backwards, so that none can lead in a circle.</summary>
    private static bool TryName(ReadOnlySpan<byte> message, scoped ref int at, out string name)
    {
        name = string.Empty;
        var text = new StringBuilder();
        int read = at;
        int lowest = at;
        int end = -1;
        int bytes = 0;
        while (read < message.Length)
        {
            int length = message[read++];
            if (length == 0)
            {
                at = end < 0 ? read : end;
                name = text.ToString().ToLowerInvariant();
                return true;
            }

            if (length >= 0xc0)
            {
                if (read >= message.Length) return false;
                int target = ((length & 0x3f) << 8) | message[read++];
                if (end < 0) end = read;
                if (target >= lowest || target < Header) return false;
                read = lowest = target;
                continue;
            }

            bytes += length + 1;
            if (length > MaxLabel || bytes > MaxName - 1 || message.Length - read < length) return false;
            if (text.Length > 0) text.Append('.');
            foreach (byte b in message.Slice(read, length))
            {
                // What could be mistaken for structure, or for a log line's, is no host name.
                if (b is <= 0x20 or >= 0x7f or (byte)'.') return false;
                text.Append((char)b);
            }

            read += length;
        }

        return false;
    }
}
