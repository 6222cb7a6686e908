using System.Buffers.Binary;

namespace Linkerd.Http;

/// <summary>Writes heads and trailers of HTTP/1 into a span that is known to be large enough.</summary>
internal ref struct Http1HeadWriter(Span<byte> target)
{
    private readonly Span<byte> _target = target;

    public int Length { get; private set; }

    /// <summary>The most bytes that a head takes: the authority can be in the target and in <c>host</c>.</summary>
    public static int MaxLength(HeaderBlock head) => head.UsedBytes + head.Authority.Length + (head.Count * 48) + 384;

    public void RequestLine(HeaderBlock head, HttpProtocol protocol)
    {
        Put(head.Method);
        Put(" "u8);
        if (head.MethodKind == RequestMethod.Connect)
        {
            Put(head.Authority);
        }
        else
        {
            if (head.IsAbsoluteForm)
            {
                Put(head.Scheme.IsEmpty ? "http"u8 : head.Scheme);
                Put("://"u8);
                Put(head.Authority);
            }

            if (!head.IsAbsoluteForm || head.Path is not [(byte)'*']) Put(head.Path.IsEmpty ? "/"u8 : head.Path);
        }

        Put(protocol == HttpProtocol.Http10 ? " HTTP/1.0\r\n"u8 : " HTTP/1.1\r\n"u8);
        if (head.HasAuthority || protocol != HttpProtocol.Http10) Field("host"u8, head.Authority);
    }

    public void StatusLine(int status)
    {
        if (status == 200)
        {
            Put("HTTP/1.1 200 OK\r\n"u8);
            return;
        }

        Put("HTTP/1.1 "u8);
        Number(status);
        Put(" "u8);
        Put(StatusText.Of(status));
        Put("\r\n"u8);
    }

    /// <summary>All fields; <c>content-length</c> only when asked for, and cookies that HTTP/2 split as one (RFC 9113 §8.2.3).</summary>
    public void Fields(HeaderBlock head, bool withLength)
    {
        bool hasCookie = false;
        for (int i = 0; i < head.Count; i++)
        {
            KnownHeader known = head.KnownAt(i);
            if (known == KnownHeader.ContentLength && !withLength) continue;
            if (known == KnownHeader.Cookie)
            {
                if (!hasCookie) Cookies(head, i);
                hasCookie = true;
                continue;
            }

            Field(head.NameAt(i), head.ValueAt(i));
        }
    }

    public void Field(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        int colon = name.Length;
        int end = colon + 2 + value.Length;
        Span<byte> line = _target.Slice(Length, end + 2);
        name.CopyTo(line);
        value.CopyTo(line[(colon + 2)..]);
        BinaryPrimitives.WriteUInt16LittleEndian(line[colon..], ':' | (' ' << 8));
        BinaryPrimitives.WriteUInt16LittleEndian(line[end..], '\r' | ('\n' << 8));
        Length += end + 2;
    }

    public void Number(long number) => Length += DecimalText.Format(number, _target[Length..]);

    public void Put(ReadOnlySpan<byte> text)
    {
        text.CopyTo(_target[Length..]);
        Length += text.Length;
    }

    private void Cookies(HeaderBlock head, int first)
    {
        Put("cookie: "u8);
        for (int i = first; i < head.Count; i++)
        {
            if (head.KnownAt(i) != KnownHeader.Cookie) continue;
            if (i != first) Put("; "u8);
            Put(head[i].Value);
        }

        Put("\r\n"u8);
    }
}
