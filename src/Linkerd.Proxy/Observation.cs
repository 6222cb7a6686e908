using Linkerd.Proxy.AccessLog;
using Linkerd.Proxy.Config;
using Linkerd.Proxy.Control;
using Linkerd.Proxy.Metrics;
using Linkerd.Proxy.Tracing;
using Linkerd.Telemetry;

namespace Linkerd.Proxy;

/// <summary>Access log and tracing: what they share between the workers. What is off leaves the workers without it.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "The writer is disposed when the proxy has drained.")]
internal sealed class Observation
{
    private static readonly TimeSpan s_drain = TimeSpan.FromSeconds(1);

    private readonly List<Worker> _workers = [];
    private readonly ProxyConfig _config;
    private readonly TimeProvider _time;
    private readonly Worker _control;
    private readonly AccessLogWriter? _lines;
    private readonly Counter? _linesDropped;
    private readonly SpanExporter? _spans;
    private readonly Counter? _spansDropped;

    /// <param name="config">What is on.</param>
    /// <param name="registry">Gets what is dropped.</param>
    /// <param name="time">The wall clock.</param>
    /// <param name="log">Gets faults of the export.</param>
    /// <param name="control">The control loop's worker.</param>
    /// <param name="collector">Makes the client of the collector.</param>
    public Observation(ProxyConfig config, MetricRegistry registry, TimeProvider time, LogSink log, Worker control, Func<TracingConfig, ControlClient> collector)
    {
        _config = config;
        _time = time;
        _control = control;
        var families = new ObservationFamilies(registry);
        if (config.AccessLog != AccessLogFormat.None)
        {
            _linesDropped = families.LinesDropped.Single();
            _lines = new AccessLogWriter(Console.OpenStandardError());
        }

        if (config.Tracing is { } tracing)
        {
            Logger logger = log.For("linkerd_proxy::tracing");
            _spansDropped = families.SpansDropped.Single();
            _spans = new SpanExporter(control.Loop, collector(tracing), Resource(tracing, time, logger), families, control.Index, logger);
        }
    }

    /// <summary>A worker whose requests are observed. Before its loop runs.</summary>
    public void Add(Worker worker)
    {
        _workers.Add(worker);
        if (_lines is not null) worker.AccessLog = new AccessLogger(_lines, _config.AccessLog, _time, worker.Loop, _linesDropped!.For(worker.Index));
        if (_spans is not null) worker.Tracer = new Tracer(_spans, _time, _spansDropped!.For(worker.Index));
    }

    /// <summary>Writes and sends what waits, for a second at most. On the control loop.</summary>
    public async Task DrainAsync()
    {
        if (_lines is not null)
        {
            foreach (Worker worker in _workers)
            {
                var flushed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                worker.Loop.Post(() =>
                {
                    worker.AccessLog!.Flush();
                    flushed.TrySetResult();
                });
                await flushed.Task;
            }

            _lines.Dispose();
        }

        if (_spans is not null) await Task.WhenAny(_spans.DrainAsync(), LoopDelay.WaitAsync(_control.Loop, s_drain, CancellationToken.None));
    }

    private static byte[] Resource(TracingConfig tracing, TimeProvider time, Logger log)
    {
        string? labels = null;
        try
        {
            if (tracing.LabelsPath is { } path) labels = File.ReadAllText(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            log.Warn($"trace attributes cannot be read from {tracing.LabelsPath}: {exception.Message}");
        }

        IReadOnlyDictionary<string, string> attributes = TraceAttributes.Gather(tracing.ServiceName, labels, tracing.ExtraAttributes, tracing.OtelAttributes);
        return OtlpWriter.Resource(
            [new("host.name", Environment.MachineName), .. attributes],
            [new("process.pid", Environment.ProcessId), new("process.start_timestamp", time.GetUtcNow().ToUnixTimeSeconds())]);
    }
}
