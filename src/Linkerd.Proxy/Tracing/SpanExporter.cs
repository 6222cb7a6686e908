using Linkerd.Grpc;
using Linkerd.Net;
using Linkerd.Proxy.Control;
using Linkerd.Proxy.Metrics;
using Linkerd.Telemetry;

namespace Linkerd.Proxy.Tracing;

/// <summary>
/// Sends spans to an OTLP collector over gRPC, in batches, on the control loop. Workers hand spans over by a bounded buffer; while the collector is
/// away, one batch waits and the rest is dropped.
/// </summary>
internal sealed class SpanExporter
{
    /// <summary>Spans on their way from the workers.</summary>
    public const int Buffer = 100;

    /// <summary>Spans of one request.</summary>
    public const int MaxBatch = 1000;

    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(10);

    private readonly EventLoop _loop;
    private readonly ControlClient _client;
    private readonly byte[] _resource;
    private readonly Logger _log;
    private readonly LoopTimer _timer;
    private readonly Cell _streams;
    private readonly Cell _requests;
    private readonly Cell _spans;
    private readonly Cell _dropped;
    private List<byte[]> _batch = [];
    private Task _sending = Task.CompletedTask;
    private int _buffered;
    private int _failures;

    public SpanExporter(EventLoop loop, ControlClient client, byte[] resource, ObservationFamilies families, int writer, Logger log)
    {
        _loop = loop;
        _client = client;
        _resource = resource;
        _log = log;
        _streams = families.ExportStreams.Single().For(writer);
        _requests = families.ExportRequests.Single().For(writer);
        _spans = families.Exports.Single().For(writer);
        _dropped = families.SpansDropped.Single().For(writer);
        _timer = new LoopTimer(loop, static self => ((SpanExporter)self!).Flush(), this);
    }

    /// <summary>Takes an encoded span; false when it is dropped. Any thread.</summary>
    public bool TryAdd(byte[] span)
    {
        if (Interlocked.Increment(ref _buffered) > Buffer)
        {
            Interlocked.Decrement(ref _buffered);
            return false;
        }

        _loop.Post(
            static state =>
            {
                (SpanExporter self, byte[] span) = ((SpanExporter, byte[]))state!;
                Interlocked.Decrement(ref self._buffered);
                self.Add(span);
            },
            (this, span));
        return true;
    }

    /// <summary>Sends what waits, and answers when that is done. On the control loop; for the end of the proxy.</summary>
    public Task DrainAsync()
    {
        Flush();
        return _sending;
    }

    private void Add(byte[] span)
    {
        if (_batch.Count >= MaxBatch)
        {
            _dropped.Increment();
            return;
        }

        _batch.Add(span);
        if (_batch.Count == MaxBatch) Flush();
        else if (!_timer.IsRunning) _timer.Start(s_interval);
    }

    private void Flush()
    {
        _timer.Stop();
        // One request at a time: the batch goes on to fill until the last one was answered.
        if (_batch.Count == 0 || !_sending.IsCompleted) return;
        List<byte[]> batch = _batch;
        _batch = [];
        _sending = SendAsync(batch);
    }

    private async Task SendAsync(List<byte[]> batch)
    {
        _streams.Increment();
        _requests.Increment();
        Status status = await _client.SendAsync(OtlpWriter.ExportPath, OtlpWriter.Request(_resource, batch), s_timeout);
        if (status.StatusCode == StatusCode.OK)
        {
            _spans.Add(batch.Count);
            _failures = 0;
        }
        else
        {
            _dropped.Add(batch.Count);
            // Once for each outage: a collector that is away must not fill the log.
            if (_failures++ == 0) _log.Warn($"spans cannot be exported: {status.StatusCode}: {status.Detail}");
        }

        if (_batch.Count > 0) _timer.Start(s_interval);
    }
}
