using Linkerd.Http;
using Linkerd.Net;
using Linkerd.Proxy.Wire;

namespace Linkerd.Proxy.Tap;

/// <summary>The parts of <c>io.linkerd.proxy.tap.TapEvent</c> in bytes. Numbers are those of tap.proto, net.proto and http_types.proto.</summary>
internal static class TapEvents
{
    private const int HttpEvent = 3;

    /// <summary>net.TcpAddress.</summary>
    public static void Address(ProtoBuffer buffer, int field, SocketAddress address)
    {
        int mark = buffer.Begin(field);
        int ip = buffer.Begin(1);
        if (address.IsV4)
        {
            buffer.Fixed32(1, address.V4Bits);
        }
        else
        {
            int six = buffer.Begin(2);
            buffer.Fixed64(1, address.V6High);
            buffer.Fixed64(2, address.V6Low);
            buffer.End(six);
        }

        buffer.End(ip);
        buffer.Number(2, (ulong)address.Port);
        buffer.End(mark);
    }

    /// <summary>EndpointMeta or RouteMeta.</summary>
    public static void Labels(ProtoBuffer buffer, int field, IReadOnlyList<KeyValuePair<string, string>> labels)
    {
        int mark = buffer.Begin(field);
        foreach (KeyValuePair<string, string> label in labels) buffer.Entry(1, label.Key, label.Value);
        buffer.End(mark);
    }

    /// <summary>The beginning of an event's Http.</summary>
    public static (int Http, int Event) Begin(ProtoBuffer buffer, TapRecord record, int kind)
    {
        int http = buffer.Begin(HttpEvent);
        int mark = buffer.Begin(kind);
        int id = buffer.Begin(1);
        buffer.Number(1, record.Base);
        buffer.Number(2, record.Stream);
        buffer.End(id);
        return (http, mark);
    }

    public static void End(ProtoBuffer buffer, (int Http, int Event) marks)
    {
        buffer.End(marks.Event);
        buffer.End(marks.Http);
    }

    /// <summary>The fields of RequestInit behind its id.</summary>
    public static void Request(ProtoBuffer buffer, HeaderBlock head, bool headers)
    {
        int method = buffer.Begin(2);
        if (Registered(head.MethodKind) is >= 0 and int registered) buffer.Choice(1, (ulong)registered);
        else buffer.Text(2, head.Method);
        buffer.End(method);
        if (!head.Scheme.IsEmpty)
        {
            int scheme = buffer.Begin(3);
            if (head.Scheme.SequenceEqual("http"u8)) buffer.Choice(1, 0);
            else if (head.Scheme.SequenceEqual("https"u8)) buffer.Choice(1, 1);
            else buffer.Text(2, head.Scheme);
            buffer.End(scheme);
        }

        buffer.Text(4, head.Authority);
        buffer.Text(5, PathOf(head));
        if (!headers) return;
        int mark = buffer.Begin(6);
        if (head.Protocol == HttpProtocol.Http2)
        {
            Header(buffer, ":method"u8, head.Method);
            Header(buffer, ":scheme"u8, head.Scheme);
            Header(buffer, ":authority"u8, head.Authority);
            Header(buffer, ":path"u8, head.Path);
        }
        else if (head.HasAuthority)
        {
            Header(buffer, "host"u8, head.Authority);
        }

        Fields(buffer, head);
        buffer.End(mark);
    }

    /// <summary>http_types.Headers of a response.</summary>
    public static void ResponseHeaders(ProtoBuffer buffer, int field, HeaderBlock head)
    {
        int mark = buffer.Begin(field);
        if (head.Protocol == HttpProtocol.Http2)
        {
            Span<byte> status = stackalloc byte[8];
            System.Buffers.Text.Utf8Formatter.TryFormat(head.Status, status, out int length);
            Header(buffer, ":status"u8, status[..length]);
        }

        Fields(buffer, head);
        buffer.End(mark);
    }

    /// <summary>http_types.Headers of trailers.</summary>
    public static void Trailers(ProtoBuffer buffer, int field, HeaderBlock trailers)
    {
        int mark = buffer.Begin(field);
        Fields(buffer, trailers);
        buffer.End(mark);
    }

    /// <summary>The path without its query.</summary>
    public static ReadOnlySpan<byte> PathOf(HeaderBlock head)
    {
        ReadOnlySpan<byte> path = head.Path;
        int mark = path.IndexOf((byte)'?');
        return mark < 0 ? path : path[..mark];
    }

    private static void Fields(ProtoBuffer buffer, HeaderBlock head)
    {
        for (int i = 0; i < head.Count; i++)
        {
            HeaderField field = head[i];
            Header(buffer, field.Name, field.Value);
        }
    }

    private static void Header(ProtoBuffer buffer, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        int mark = buffer.Begin(1);
        buffer.Text(1, name);
        buffer.Bytes(2, value);
        buffer.End(mark);
    }

    private static int Registered(RequestMethod method) => method switch
    {
        RequestMethod.Get => 0,
        RequestMethod.Post => 1,
        RequestMethod.Put => 2,
        RequestMethod.Delete => 3,
        RequestMethod.Patch => 4,
        RequestMethod.Options => 5,
        RequestMethod.Connect => 6,
        RequestMethod.Head => 7,
        RequestMethod.Trace => 8,
        _ => -1,
    };
}
