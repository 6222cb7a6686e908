using System.Buffers.Binary;
using System.Text;

namespace Linkerd.Local.Dns;

/// <summary>Reads queries and writes answers (RFC 1035 section 4), with name compression against the question.</summary>
internal static class DnsMessage
{
    /// <summary>Seconds that an answer may be kept.</summary>
    public const uint TimeToLive = 5;

    /// <summary>Largest answer over UDP without EDNS.</summary>
    public const int MaxUdp = 512;

    private const int HeaderLength = 12;
    private const int MaxName = 255;

    /// <summary>Parses a query; false when it is not one with exactly one question.</summary>
    public static bool TryRead(ReadOnlySpan<byte> message, out DnsQuestion question)
    {
        question = null!;
        if (message.Length < HeaderLength || (message[2] & 0x80) != 0 || BinaryPrimitives.ReadUInt16BigEndian(message[4..]) != 1)
            return false;
        var name = new StringBuilder();
        var at = HeaderLength;
        while (true)
        {
            if (at >= message.Length)
                return false;
            int length = message[at++];
            if (length == 0)
                break;
            if (length > 63 || at + length > message.Length || name.Length + length > MaxName)
                return false;
            if (name.Length > 0)
                name.Append('.');
            name.Append(Encoding.Latin1.GetString(message.Slice(at, length)));
            at += length;
        }

        if (at + 4 > message.Length)
            return false;
        var asked = name.ToString();
        question = new DnsQuestion(
            BinaryPrimitives.ReadUInt16BigEndian(message), (message[2] & 1) != 0, asked.ToLowerInvariant(), asked,
            (DnsType)BinaryPrimitives.ReadUInt16BigEndian(message[at..]), BinaryPrimitives.ReadUInt16BigEndian(message[(at + 2)..]));
        return true;
    }

    /// <summary>The largest UDP answer that the query allows: EDNS (RFC 6891) says more than 512.</summary>
    public static int UdpLimit(ReadOnlySpan<byte> message)
    {
        // An OPT record without options is the last 11 bytes: root name, type 41, size.
        if (message.Length < HeaderLength + 11 || BinaryPrimitives.ReadUInt16BigEndian(message[10..]) == 0)
            return MaxUdp;
        var at = HeaderLength;
        while (at < message.Length && message[at] != 0)
            at += message[at] + 1;
        at += 5;
        return at + 5 <= message.Length && message[at] == 0 && BinaryPrimitives.ReadUInt16BigEndian(message[(at + 1)..]) == 41
            ? Math.Clamp((int)BinaryPrimitives.ReadUInt16BigEndian(message[(at + 3)..]), MaxUdp, 4096)
            : MaxUdp;
    }

    /// <summary>Writes an answer; records that do not fit are left out and the answer marked as truncated.</summary>
    public static byte[] Write(DnsQuestion question, DnsCode code, IReadOnlyList<DnsRecord> answers, int limit, string? authority = null)
    {
        var message = new List<byte>(limit);
        Number(message, question.Id);
        message.Add((byte)(0x84 | (question.Recursion ? 1 : 0)));
        message.Add((byte)(0x80 | (int)code));
        message.AddRange([0, 1, 0, 0, 0, 0, 0, 0]);
        Name(message, question.AskedName);
        Number(message, (ushort)question.Type);
        Number(message, question.Class);
        ushort count = 0;
        foreach (var answer in answers)
        {
            var before = message.Count;
            Record(message, question, answer);
            if (message.Count > limit)
            {
                message.RemoveRange(before, message.Count - before);
                message[2] |= 2;
                break;
            }

            count++;
        }

        message[7] = (byte)count;
        message[6] = (byte)(count >> 8);
        if (answers.Count == 0 && authority is not null)
            Authority(message, authority);
        return [.. message];
    }

    private static void Record(List<byte> message, DnsQuestion question, DnsRecord record)
    {
        if (record.Name == question.Name)
            message.AddRange([0xC0, HeaderLength]);
        else
            Name(message, record.Name);
        Number(message, (ushort)record.Type);
        Number(message, 1);
        Number32(message, TimeToLive);
        var length = message.Count;
        message.AddRange([0, 0]);
        switch (record.Type)
        {
            case DnsType.Address or DnsType.Address6:
                message.AddRange(record.Address!.GetAddressBytes());
                break;
            case DnsType.Service:
                message.AddRange([0, 0, 0, 100]);
                Number(message, record.Port);
                Name(message, record.Target!);
                break;
            default:
                Name(message, record.Target!);
                break;
        }

        var written = message.Count - length - 2;
        message[length] = (byte)(written >> 8);
        message[length + 1] = (byte)written;
    }

    // A negative answer says for how long it may be kept (RFC 2308).
    private static void Authority(List<byte> message, string zone)
    {
        message[9] = 1;
        Name(message, zone);
        Number(message, (ushort)DnsType.Authority);
        Number(message, 1);
        Number32(message, TimeToLive);
        var length = message.Count;
        message.AddRange([0, 0]);
        Name(message, "ns.dns." + zone);
        Name(message, "hostmaster." + zone);
        foreach (var value in (uint[])[1, 7200, 1800, 86400, TimeToLive])
            Number32(message, value);
        var written = message.Count - length - 2;
        message[length] = (byte)(written >> 8);
        message[length + 1] = (byte)written;
    }

    private static void Name(List<byte> message, string name)
    {
        foreach (var label in name.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            var bytes = Encoding.Latin1.GetBytes(label);
            message.Add((byte)Math.Min(bytes.Length, 63));
            message.AddRange(bytes.AsSpan(0, Math.Min(bytes.Length, 63)));
        }

        message.Add(0);
    }

    private static void Number(List<byte> message, ushort value)
    {
        message.Add((byte)(value >> 8));
        message.Add((byte)value);
    }

    private static void Number32(List<byte> message, uint value)
    {
        Number(message, (ushort)(value >> 16));
        Number(message, (ushort)value);
    }
}
