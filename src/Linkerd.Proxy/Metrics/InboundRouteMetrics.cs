using System.Globalization;
using Linkerd.Model;
using Linkerd.Proxy.Stack;
using Linkerd.Telemetry;

namespace Linkerd.Proxy.Metrics;

/// <summary>The <c>inbound_http_*</c> or <c>inbound_grpc_*</c> families of one route, for one worker. A request only increments.</summary>
internal sealed class InboundRouteMetrics
{
    private readonly InboundRouteFamilies.Protocol _families;
    private readonly Labels _labels;
    private readonly bool _isGrpc;
    private readonly int _worker;
    private readonly Counter _requests;
    private readonly Histogram _requestDuration;
    private readonly Histogram _responseDuration;
    private readonly Cell _requestCell;
    private readonly HistogramCell _requestDurationCell;
    private readonly HistogramCell _responseDurationCell;
    private readonly BodyFrames _frames;
    private readonly List<(int Status, Counter Counter, Cell Cell)> _statuses = [];

    public InboundRouteMetrics(InboundRouteFamilies.Protocol families, Meta server, int port, Meta route, bool isGrpc, int worker)
    {
        _families = families;
        _isGrpc = isGrpc;
        _worker = worker;
        _labels = ProxyLabels.Resource("parent", server).And("parent_port", port.ToString(CultureInfo.InvariantCulture)).And(ProxyLabels.Resource("route", route));
        // The series are held too: they must outlive their idle time while somebody counts in them.
        _requests = families.Requests.With(_labels);
        _requestDuration = families.RequestDuration.With(_labels);
        _responseDuration = families.ResponseDuration.With(_labels);
        _requestCell = _requests.For(worker);
        _requestDurationCell = _requestDuration.For(worker);
        _responseDurationCell = _responseDuration.For(worker);
        _frames = new BodyFrames(families.RequestFrames.With(_labels), families.ResponseFrames.With(_labels), worker);
    }

    public void OnRequest(HttpExchange exchange)
    {
        _requestCell.Increment();
        exchange.Frames = _frames;
    }

    public void OnEnd(HttpExchange exchange)
    {
        long now = exchange.Worker.Loop.Now;
        _requestDurationCell.Observe((now - exchange.StartedAt) / 1e9);
        if (exchange.RequestEndedAt != 0) _responseDurationCell.Observe((now - exchange.RequestEndedAt) / 1e9);
        // An answer that the proxy made says nothing of the application's status.
        int status = !exchange.Error.IsNone ? -1 : _isGrpc ? exchange.GrpcStatus : exchange.Status == 0 ? -1 : exchange.Status;
        CellOf(status).Increment();
    }

    public override string ToString() => $"{_requests.LabelText} {_requestDuration.LabelText} {_responseDuration.LabelText}";

    private Cell CellOf(int status)
    {
        foreach ((int known, _, Cell cell) in _statuses)
        {
            if (known == status) return cell;
        }

        Counter counter = _families.Statuses.With(_labels.And("status", status < 0 ? string.Empty : status.ToString(CultureInfo.InvariantCulture)));
        // A server can invent any number of statuses; one that shows them all is counted by way of the family.
        if (_statuses.Count < 64) _statuses.Add((status, counter, counter.For(_worker)));
        return counter.For(_worker);
    }
}
