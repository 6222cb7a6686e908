using Linkerd.Net;
using Linkerd.Proxy.Detect;
using Linkerd.Telemetry;

namespace Linkerd.Proxy.Metrics;

/// <summary>Detects HTTP and counts what was found and how long it took, under one set of labels, for one worker.</summary>
public sealed class DetectMetrics(DetectFamilies families, Labels labels, int worker)
{
    private readonly Histogram _duration = families.Duration.With(labels);

    /// <summary>As <see cref="IProtocolDetector.DetectHttpAsync"/>.</summary>
    public async ValueTask<DetectedProtocol> DetectAsync(IProtocolDetector detector, Transport transport, TimeSpan timeout)
    {
        ArgumentNullException.ThrowIfNull(detector);
        ArgumentNullException.ThrowIfNull(transport);
        long began = transport.Loop.Now;
        DetectedProtocol found = await detector.DetectHttpAsync(transport, timeout);
        _duration.For(worker).Observe((transport.Loop.Now - began) / 1e9);
        families.Results.With(Labels.Of("result", NameOf(found)).And(labels)).For(worker).Increment();
        return found;
    }

    private static string NameOf(DetectedProtocol protocol) => protocol switch
    {
        DetectedProtocol.Http1 => "http/1",
        DetectedProtocol.Http2 => "http/2",
        DetectedProtocol.Opaque => "not_http",
        DetectedProtocol.TimedOut => "read_timeout",
        _ => "error",
    };
}
