using System.Buffers;
using System.Net;
using System.Text.Json;
using Google.Protobuf.WellKnownTypes;
using Linkerd.Api.CommonNet;
using Linkerd.Api.Viz;
using Linkerd.Api.VizTap;
using HttpMethod = Linkerd.Api.Viz.HttpMethod;

namespace Linkerd.Viz.Web.Tapping;

/// <summary>Events as <c>linkerd viz tap -o json</c> prints them. What a request carried is always a JSON string, with HTML's characters escaped.</summary>
internal static class TapEventJson
{
    /// <summary>Writes one event.</summary>
    public static void Write(IBufferWriter<byte> output, TapEvent value)
    {
        using var writer = new Utf8JsonWriter(output);
        writer.WriteStartObject();
        WriteEnd(writer, "source", value.Source, value.SourceMeta);
        WriteEnd(writer, "destination", value.Destination, value.DestinationMeta);
        writer.WriteStartObject("routeMeta");
        foreach (var (name, text) in value.RouteMeta?.Labels ?? [])
            writer.WriteString(name, text);
        writer.WriteEndObject();
        writer.WriteString("proxyDirection", value.ProxyDirection.ToString().ToUpperInvariant());
        switch (value.Http?.EventCase)
        {
            case TapEvent.Types.Http.EventOneofCase.RequestInit:
                Write(writer, value.Http.RequestInit);
                break;
            case TapEvent.Types.Http.EventOneofCase.ResponseInit:
                Write(writer, value.Http.ResponseInit);
                break;
            case TapEvent.Types.Http.EventOneofCase.ResponseEnd:
                Write(writer, value.Http.ResponseEnd);
                break;
        }

        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, TapEvent.Types.Http.Types.RequestInit value)
    {
        writer.WriteStartObject("requestInitEvent");
        WriteId(writer, value.Id);
        writer.WriteString("method", value.Method?.TypeCase == HttpMethod.TypeOneofCase.Unregistered ? value.Method.Unregistered : value.Method?.Registered.ToString().ToUpperInvariant() ?? "");
        writer.WriteString("scheme", value.Scheme?.TypeCase == Scheme.TypeOneofCase.Unregistered ? value.Scheme.Unregistered : value.Scheme?.Registered.ToString().ToUpperInvariant() ?? "");
        writer.WriteString("authority", value.Authority);
        writer.WriteString("path", value.Path);
        WriteHeaders(writer, "headers", value.Headers);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, TapEvent.Types.Http.Types.ResponseInit value)
    {
        writer.WriteStartObject("responseInitEvent");
        WriteId(writer, value.Id);
        WriteDuration(writer, "sinceRequestInit", value.SinceRequestInit);
        writer.WriteNumber("httpStatus", value.HttpStatus);
        WriteHeaders(writer, "headers", value.Headers);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, TapEvent.Types.Http.Types.ResponseEnd value)
    {
        writer.WriteStartObject("responseEndEvent");
        WriteId(writer, value.Id);
        WriteDuration(writer, "sinceRequestInit", value.SinceRequestInit);
        WriteDuration(writer, "sinceResponseInit", value.SinceResponseInit);
        writer.WriteNumber("responseBytes", value.ResponseBytes);
        WriteHeaders(writer, "trailers", value.Trailers);
        if (value.Eos?.EndCase == Eos.EndOneofCase.GrpcStatusCode)
            writer.WriteNumber("grpcStatusCode", value.Eos.GrpcStatusCode);
        else if (value.Eos?.EndCase == Eos.EndOneofCase.ResetErrorCode)
            writer.WriteNumber("resetErrorCode", value.Eos.ResetErrorCode);
        writer.WriteEndObject();
    }

    private static void WriteEnd(Utf8JsonWriter writer, string field, TcpAddress? address, TapEvent.Types.EndpointMeta? meta)
    {
        writer.WriteStartObject(field);
        writer.WriteString("ip", Text(address?.Ip));
        writer.WriteNumber("port", address?.Port ?? 0);
        writer.WriteStartObject("metadata");
        foreach (var (name, text) in meta?.Labels ?? [])
            writer.WriteString(name, text);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteId(Utf8JsonWriter writer, TapEvent.Types.Http.Types.StreamId? id)
    {
        writer.WriteStartObject("id");
        writer.WriteNumber("base", id?.Base ?? 0);
        writer.WriteNumber("stream", id?.Stream ?? 0);
        writer.WriteEndObject();
    }

    private static void WriteDuration(Utf8JsonWriter writer, string field, Duration? value)
    {
        if (value is null)
            return;
        writer.WriteStartObject(field);
        writer.WriteNumber("seconds", value.Seconds);
        writer.WriteNumber("nanos", value.Nanos);
        writer.WriteEndObject();
    }

    private static void WriteHeaders(Utf8JsonWriter writer, string field, Headers? headers)
    {
        if (headers is null)
            return;
        writer.WriteStartArray(field);
        foreach (var header in headers.Headers_)
        {
            writer.WriteStartObject();
            writer.WriteString("name", header.Name);
            if (header.ValueCase == Headers.Types.Header.ValueOneofCase.ValueBin)
                writer.WriteBase64String("valueBin", header.ValueBin.Span);
            else
                writer.WriteString("valueStr", header.ValueStr);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static string Text(Linkerd.Api.CommonNet.IPAddress? address)
    {
        Span<byte> bytes = stackalloc byte[16];
        switch (address?.IpCase)
        {
            case Linkerd.Api.CommonNet.IPAddress.IpOneofCase.Ipv4:
                System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(bytes, address.Ipv4);
                return new System.Net.IPAddress(bytes[..4]).ToString();
            case Linkerd.Api.CommonNet.IPAddress.IpOneofCase.Ipv6:
                System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(bytes, address.Ipv6.First);
                System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], address.Ipv6.Last);
                return new System.Net.IPAddress(bytes).ToString();
            default:
                return "";
        }
    }
}
