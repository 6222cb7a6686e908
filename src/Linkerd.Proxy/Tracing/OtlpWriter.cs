using Linkerd.Proxy.Wire;

namespace Linkerd.Proxy.Tracing;

/// <summary>The parts of OTLP that spans need. Numbers are those of opentelemetry-proto v1: common, resource, trace, collector.</summary>
internal static class OtlpWriter
{
    public const string ExportPath = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";

    /// <summary>KeyValue with a string.</summary>
    public static void Text(ProtoBuffer buffer, int field, string key, string value)
    {
        (int pair, int any) = Begin(buffer, field, key);
        buffer.Text(1, value);
        End(buffer, pair, any);
    }

    /// <summary>KeyValue with a string off the wire.</summary>
    public static void Text(ProtoBuffer buffer, int field, string key, ReadOnlySpan<byte> value)
    {
        (int pair, int any) = Begin(buffer, field, key);
        buffer.Text(1, value);
        End(buffer, pair, any);
    }

    /// <summary>KeyValue with a number.</summary>
    public static void Number(ProtoBuffer buffer, int field, string key, long value)
    {
        (int pair, int any) = Begin(buffer, field, key);
        buffer.Choice(3, (ulong)value);
        End(buffer, pair, any);
    }

    /// <summary>A framed ExportTraceServiceRequest: one resource, one scope, these spans.</summary>
    public static byte[] Request(byte[] resource, IReadOnlyCollection<byte[]> spans) => ProtoBuffer.ToArray(buffer =>
    {
        int frame = buffer.BeginFrame();
        int resourceSpans = buffer.Begin(1);
        buffer.Bytes(1, resource);
        int scopeSpans = buffer.Begin(2);
        int scope = buffer.Begin(1);
        buffer.Text(1, "linkerd2-proxy");
        buffer.Text(2, BuildInfo.Version);
        buffer.End(scope);
        foreach (byte[] span in spans) buffer.Bytes(2, span);
        buffer.End(scopeSpans);
        buffer.End(resourceSpans);
        buffer.EndFrame(frame);
    });

    /// <summary>A Resource.</summary>
    public static byte[] Resource(IEnumerable<KeyValuePair<string, string>> attributes, IEnumerable<KeyValuePair<string, long>> numbers) => ProtoBuffer.ToArray(buffer =>
    {
        foreach (KeyValuePair<string, long> number in numbers) Number(buffer, 1, number.Key, number.Value);
        foreach (KeyValuePair<string, string> attribute in attributes) Text(buffer, 1, attribute.Key, attribute.Value);
    });

    private static (int Pair, int Any) Begin(ProtoBuffer buffer, int field, string key)
    {
        int pair = buffer.Begin(field);
        buffer.Text(1, key);
        return (pair, buffer.Begin(2));
    }

    private static void End(ProtoBuffer buffer, int pair, int any)
    {
        buffer.End(any);
        buffer.End(pair);
    }
}
