using Linkerd.Http;
using Linkerd.Proxy.Stack;
using Linkerd.Telemetry;

namespace Linkerd.Proxy.Tracing;

/// <summary>
/// Tracing on one worker: requests that belong to a trace are told on with a span of the proxy's as their parent; of those that are sampled the span
/// is exported. Used on the loop only.
/// </summary>
internal sealed class Tracer(SpanExporter exporter, TimeProvider time, Cell dropped)
{
    /// <summary>Begins a span where the request's headers tell of a trace. Null where nothing is to be exported.</summary>
    public SpanRecord? Begin(HttpExchange exchange, Direction direction)
    {
        HeaderBlock head = exchange.Request;
        if (!TraceContext.TryRead(head, out TraceContext context)) return null;
        ulong span = (ulong)Random.Shared.NextInt64(1, long.MaxValue);
        context.WriteParent(head, span);
        return context.IsSampled ? new SpanRecord(this, context, span, head, direction, (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100, exchange.StartedAt) : null;
    }

    public void Export(byte[] span)
    {
        if (!exporter.TryAdd(span)) dropped.Increment();
    }
}
