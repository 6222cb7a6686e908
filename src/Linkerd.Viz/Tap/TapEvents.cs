using System.Net;
using System.Text;
using Google.Protobuf;
using Linkerd.Api.CommonNet;
using Linkerd.Api.Viz;
using Linkerd.Api.VizTap;
using HttpMethod = Linkerd.Api.Viz.HttpMethod;
using ProxyEvent = Linkerd.Api.Tap.TapEvent;
using ProxyHeaders = Linkerd.Api.HttpTypes.Headers;
using ProxyIP = Linkerd.Api.Net.IPAddress;

namespace Linkerd.Viz.Tap;

/// <summary>Events of a proxy as events of the API: the same facts, with headers as text and the pods of both ends.</summary>
internal sealed class TapEvents(PodsByAddress pods, IReadOnlySet<string> ignoreHeaders)
{
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>Translates an event.</summary>
    public TapEvent Of(ProxyEvent from)
    {
        var to = new TapEvent
        {
            Source = Address(from.Source),
            Destination = Address(from.Destination),
            ProxyDirection = (TapEvent.Types.ProxyDirection)from.ProxyDirection,
            SourceMeta = Meta(from.SourceMeta?.Labels, from.Source?.Ip),
            DestinationMeta = Meta(from.DestinationMeta?.Labels, from.Destination?.Ip),
            RouteMeta = new TapEvent.Types.RouteMeta(),
            Http = Http(from.Http),
        };
        to.RouteMeta.Labels.Add(from.RouteMeta?.Labels ?? []);
        return to;
    }

    private TapEvent.Types.EndpointMeta Meta(IDictionary<string, string>? labels, ProxyIP? ip)
    {
        var meta = new TapEvent.Types.EndpointMeta();
        foreach (var (key, value) in labels ?? new Dictionary<string, string>())
            meta.Labels[key] = value;
        if (ip is not null && IP(ip) is { } address)
        {
            foreach (var (key, value) in pods.LabelsOf(address))
                meta.Labels.TryAdd(key, value);
        }

        return meta;
    }

    private TapEvent.Types.Http? Http(ProxyEvent.Types.Http? from) => from?.EventCase switch
    {
        ProxyEvent.Types.Http.EventOneofCase.RequestInit => new TapEvent.Types.Http { RequestInit = Request(from.RequestInit) },
        ProxyEvent.Types.Http.EventOneofCase.ResponseInit => new TapEvent.Types.Http { ResponseInit = Response(from.ResponseInit) },
        ProxyEvent.Types.Http.EventOneofCase.ResponseEnd => new TapEvent.Types.Http { ResponseEnd = End(from.ResponseEnd) },
        _ => null,
    };

    private TapEvent.Types.Http.Types.RequestInit Request(ProxyEvent.Types.Http.Types.RequestInit from) => new()
    {
        Id = Id(from.Id),
        Method = from.Method is null ? null : HttpMethod.Parser.ParseFrom(from.Method.ToByteString()),
        Scheme = from.Scheme is null ? null : Scheme.Parser.ParseFrom(from.Scheme.ToByteString()),
        Authority = from.Authority,
        Path = from.Path,
        Headers = HeadersOf(from.Headers),
    };

    private TapEvent.Types.Http.Types.ResponseInit Response(ProxyEvent.Types.Http.Types.ResponseInit from) => new()
    {
        Id = Id(from.Id),
        SinceRequestInit = from.SinceRequestInit,
        HttpStatus = from.HttpStatus,
        Headers = HeadersOf(from.Headers),
    };

    private TapEvent.Types.Http.Types.ResponseEnd End(ProxyEvent.Types.Http.Types.ResponseEnd from) => new()
    {
        Id = Id(from.Id),
        SinceRequestInit = from.SinceRequestInit,
        SinceResponseInit = from.SinceResponseInit,
        ResponseBytes = from.ResponseBytes,
        Eos = from.Eos is null ? null : Eos.Parser.ParseFrom(from.Eos.ToByteString()),
        Trailers = HeadersOf(from.Trailers),
    };

    private Headers? HeadersOf(ProxyHeaders? from)
    {
        if (from is null)
            return null;
        var to = new Headers();
        foreach (var header in from.Headers_)
        {
            if (!ignoreHeaders.Contains(header.Name.ToLowerInvariant()))
                to.Headers_.Add(Header(header));
        }

        return to;
    }

    private static Headers.Types.Header Header(ProxyHeaders.Types.Header from)
    {
        try
        {
            return new Headers.Types.Header { Name = from.Name, ValueStr = StrictUtf8.GetString(from.Value.Span) };
        }
        catch (DecoderFallbackException)
        {
            return new Headers.Types.Header { Name = from.Name, ValueBin = from.Value };
        }
    }

    private static TapEvent.Types.Http.Types.StreamId? Id(ProxyEvent.Types.Http.Types.StreamId? id) =>
        id is null ? null : new TapEvent.Types.Http.Types.StreamId { Base = id.Base, Stream = id.Stream };

    // The two address types are the same on the wire.
    private static TcpAddress? Address(Api.Net.TcpAddress? from) => from is null ? null : TcpAddress.Parser.ParseFrom(from.ToByteString());

    private static System.Net.IPAddress? IP(ProxyIP ip) => ip.IpCase switch
    {
        ProxyIP.IpOneofCase.Ipv4 => new System.Net.IPAddress(System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(ip.Ipv4)),
        ProxyIP.IpOneofCase.Ipv6 => V6(ip.Ipv6.First, ip.Ipv6.Last),
        _ => null,
    };

    private static System.Net.IPAddress V6(ulong first, ulong last)
    {
        Span<byte> bytes = stackalloc byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(bytes, first);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], last);
        return new System.Net.IPAddress(bytes);
    }
}
