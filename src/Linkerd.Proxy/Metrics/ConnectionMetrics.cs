using Linkerd.Net;
using Linkerd.Proxy.Stack;
using Linkerd.Telemetry;

namespace Linkerd.Proxy.Metrics;

/// <summary>
/// The <c>tcp_*</c> families of one set of labels, for one worker. Bytes are read off the transports when the worker is swept, before
/// a scrape, and when a connection closes, so that moving bytes costs nothing here.
/// </summary>
public sealed class ConnectionMetrics : IConnectionMetrics
{
    private readonly ProxyMetrics _metrics;
    private readonly ConnectionSweep _sweep;
    private readonly Labels _labels;
    private readonly int _worker;
    private readonly Cell _opened;
    private readonly Cell _open;
    private readonly Cell _read;
    private readonly Cell _written;
    private readonly Series[] _held;
    private Cell? _closedInOrder;

    public ConnectionMetrics(ProxyMetrics metrics, ConnectionSweep sweep, Labels labels, int worker)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        _metrics = metrics;
        _sweep = sweep;
        _labels = labels;
        _worker = worker;
        Counter opened = metrics.TcpOpen.With(labels);
        Gauge open = metrics.TcpOpenConnections.With(labels);
        Counter read = metrics.TcpReadBytes.With(labels);
        Counter written = metrics.TcpWriteBytes.With(labels);
        _held = [opened, open, read, written];
        _opened = opened.For(worker);
        _open = open.For(worker);
        _read = read.For(worker);
        _written = written.For(worker);
    }

    /// <summary>Series that are counted in.</summary>
    public int SeriesCount => _held.Length;

    public IConnectionTracker Opened(Transport transport)
    {
        _opened.Increment();
        _open.Increment();
        var tracker = new Tracker(this, transport);
        _sweep.Add(tracker);
        return tracker;
    }

    private void CountClose(TransportFault fault)
    {
        if (fault.Errno == 0)
        {
            (_closedInOrder ??= _metrics.TcpClose.With(_labels.And("errno", string.Empty)).For(_worker)).Increment();
            return;
        }

        _metrics.TcpClose.With(_labels.And("errno", Errno.Name(fault.Errno))).For(_worker).Increment();
    }

    private sealed class Tracker(ConnectionMetrics owner, Transport transport) : ConnectionSweep.Entry, IConnectionTracker
    {
        private long _read;
        private long _written;
        private bool _closed;

        public void Closed(TransportFault fault)
        {
            if (_closed) return;
            _closed = true;
            Sweep();
            owner._sweep.Remove(this);
            owner._open.Decrement();
            owner.CountClose(fault);
        }

        public override void Sweep()
        {
            long read = transport.BytesRead;
            long written = transport.BytesWritten;
            owner._read.Add(read - _read);
            owner._written.Add(written - _written);
            _read = read;
            _written = written;
        }
    }
}
