using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text;
using Google.Protobuf.WellKnownTypes;
using Linkerd.Api.CommonNet;
using Linkerd.Api.Viz;
using Linkerd.Api.VizTap;
using Linkerd.Stats.Reports;
using IPAddress = System.Net.IPAddress;

namespace Linkerd.Cli.Commands.Viz.Tap;

/// <summary>An event as one line.</summary>
internal static class TapText
{
    private static readonly string[] GrpcCodes =
    [
        "OK", "Canceled", "Unknown", "InvalidArgument", "DeadlineExceeded", "NotFound", "AlreadyExists", "PermissionDenied", "ResourceExhausted",
        "FailedPrecondition", "Aborted", "OutOfRange", "Unimplemented", "Internal", "Unavailable", "DataLoss", "Unauthenticated",
    ];

    /// <summary>The line of an event, with the workloads and the route behind it when <paramref name="wide"/>; null for an event of no known kind.</summary>
    public static string? Line(TapEvent tap, bool wide)
    {
        var inbound = tap.ProxyDirection == TapEvent.Types.ProxyDirection.Inbound;
        var proxy = tap.ProxyDirection switch { TapEvent.Types.ProxyDirection.Inbound => "in ", TapEvent.Types.ProxyDirection.Outbound => "out", _ => "" };
        var tls = (inbound ? tap.SourceMeta : tap.DestinationMeta)?.Labels.GetValueOrDefault("tls", "") ?? "";
        var flow = $"proxy={proxy} src={Address(tap.Source)} dst={Address(tap.Destination)} tls={tls}";
        var more = wide ? Wide(tap) : "";
        return tap.Http?.EventCase switch
        {
            TapEvent.Types.Http.EventOneofCase.RequestInit => Request(tap.Http.RequestInit, flow) + more,
            TapEvent.Types.Http.EventOneofCase.ResponseInit => string.Create(
                CultureInfo.InvariantCulture,
                $"rsp id={Id(tap.Http.ResponseInit.Id)} {flow} :status={tap.Http.ResponseInit.HttpStatus} latency={Microseconds(tap.Http.ResponseInit.SinceRequestInit)}µs") + more,
            TapEvent.Types.Http.EventOneofCase.ResponseEnd => End(tap.Http.ResponseEnd, flow) + more,
            _ => null,
        };
    }

    /// <summary>An address and its port, IPv6 in brackets.</summary>
    public static string Address(TcpAddress? address) => address is null ? "" : new IPEndPoint(IP(address.Ip) ?? IPAddress.None, (int)address.Port).ToString();

    /// <summary>The address; null for none.</summary>
    public static IPAddress? IP(Api.CommonNet.IPAddress? ip)
    {
        if (ip is null)
            return null;
        if (ip.IpCase == Api.CommonNet.IPAddress.IpOneofCase.Ipv4)
            return new IPAddress(BinaryPrimitives.ReverseEndianness(ip.Ipv4));
        if (ip.IpCase != Api.CommonNet.IPAddress.IpOneofCase.Ipv6)
            return null;
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, ip.Ipv6.First);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], ip.Ipv6.Last);
        return new IPAddress(bytes);
    }

    /// <summary>The method's name.</summary>
    public static string Method(Api.Viz.HttpMethod? method) =>
        method?.TypeCase == Api.Viz.HttpMethod.TypeOneofCase.Unregistered ? method.Unregistered : (method?.Registered ?? default).ToString().ToUpperInvariant();

    /// <summary>The workload of one end: <c>deploy/web</c>, or its pod where nothing else is known; empty for ends outside of the cluster.</summary>
    public static string Workload(TapEvent.Types.EndpointMeta? meta)
    {
        foreach (var kind in ResourceKind.TopLevel)
        {
            if (meta?.Labels.GetValueOrDefault(kind.Label, "") is { Length: > 0 } name)
                return $"{kind.Short}/{name}";
        }

        return meta?.Labels.GetValueOrDefault("pod", "") is { Length: > 0 } pod ? "po/" + pod : "";
    }

    /// <summary>The name of a gRPC code.</summary>
    public static string Grpc(uint code) => code < GrpcCodes.Length ? GrpcCodes[code] : $"Code({code})";

    private static string Request(TapEvent.Types.Http.Types.RequestInit request, string flow) =>
        $"req id={Id(request.Id)} {flow} :method={Method(request.Method)} :authority={Visible(request.Authority)} :path={Visible(request.Path)}";

    private static string End(TapEvent.Types.Http.Types.ResponseEnd end, string flow)
    {
        var how = end.Eos?.EndCase switch
        {
            Eos.EndOneofCase.GrpcStatusCode => $" grpc-status={Grpc(end.Eos.GrpcStatusCode)}",
            Eos.EndOneofCase.ResetErrorCode => string.Create(CultureInfo.InvariantCulture, $" reset-error={end.Eos.ResetErrorCode}"),
            _ => "",
        };
        return string.Create(CultureInfo.InvariantCulture, $"end id={Id(end.Id)} {flow}{how} duration={Microseconds(end.SinceResponseInit)}µs response-length={end.ResponseBytes}B");
    }

    private static string Wide(TapEvent tap)
    {
        var text = new StringBuilder();
        Append("src_res", Workload(tap.SourceMeta));
        Append("src_ns", tap.SourceMeta?.Labels.GetValueOrDefault("namespace", ""));
        Append("dst_res", Workload(tap.DestinationMeta));
        Append("dst_ns", tap.DestinationMeta?.Labels.GetValueOrDefault("namespace", ""));
        Append("src_pod", tap.SourceMeta?.Labels.GetValueOrDefault("pod", ""));
        Append("dst_pod", tap.DestinationMeta?.Labels.GetValueOrDefault("pod", ""));
        foreach (var (key, value) in tap.RouteMeta?.Labels ?? [])
            Append("rt_" + key, value);
        return text.ToString();

        void Append(string key, string? value)
        {
            if (!string.IsNullOrEmpty(value))
                text.Append(' ').Append(key).Append('=').Append(Visible(value));
        }
    }

    /// <summary>What a client sent, without what a terminal would obey.</summary>
    public static string Visible(string text) => text.AsSpan().ContainsAnyInRange('\0', '\x1f') || text.Contains('\x7f', StringComparison.Ordinal)
        ? string.Concat(text.Select(static c => char.IsControl(c) ? $"\\x{(int)c:x2}" : c.ToString()))
        : text;

    private static string Id(TapEvent.Types.Http.Types.StreamId? id) => string.Create(CultureInfo.InvariantCulture, $"{id?.Base}:{id?.Stream}");

    private static long Microseconds(Duration? duration) => duration is null ? 0 : (duration.Seconds * 1_000_000) + (duration.Nanos / 1000);
}
