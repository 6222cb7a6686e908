using Linkerd.Http;
using Linkerd.Model;
using Linkerd.Proxy.Balance;
using Linkerd.Proxy.Detect;
using Linkerd.Proxy.Metrics;

namespace Linkerd.Proxy.Outbound;

/// <summary>A backend in use: a balancer, and the subscription that feeds it.</summary>
internal sealed class BackendHandle
{
    private readonly IDisposable? _subscription;

    public BackendHandle(OutboundStack stack, BackendKey key)
    {
        Backend backend = key.Backend;
        string? authority = backend.Balancer?.Destination;
        Action<EndpointSet> update;
        BackendShare share = stack.Runtime.BackendShares.Get(key, _ => new BackendShare(stack.Runtime.Config.Workers));
        if (key.Protocol is DetectedProtocol.Opaque or DetectedProtocol.Tls)
        {
            bool isTls = key.Protocol == DetectedProtocol.Tls;
            Tcp = new TcpBackend(stack, authority, backend.Queue, Metrics(stack, key, isTls ? "tls" : "opaq", isTls ? stack.Runtime.Metrics.TlsBalancers : stack.Runtime.Metrics.TcpBalancers), share);
            update = Tcp.Update;
        }
        else
        {
            HttpProtocol protocol = key.Protocol == DetectedProtocol.Http2 ? HttpProtocol.Http2 : HttpProtocol.Http11;
            var options = new HttpBalancerOptions { Queue = backend.Queue, FailureAccrual = key.Accrual };
            if (backend.Balancer is { } balancer) options = options with { DefaultRtt = balancer.DefaultRtt, Decay = balancer.Decay, Penalty = balancer.Penalty };
            Http = new HttpBalancer(stack.Worker, options, endpoint => EndpointTargets.Http(stack, authority, endpoint, protocol),
                Metrics(stack, key, "http", stack.Runtime.Metrics.HttpBalancers),
                share);
            update = Http.Update;
        }

        Authority = authority is null ? null : System.Text.Encoding.ASCII.GetBytes(authority);
        if (backend.Forward is { } forward) update(EndpointSet.Empty.Apply(new EndpointUpdate.Add([forward])));
        else if (authority is not null) _subscription = stack.Runtime.Endpoints.Subscribe(authority, stack.Worker.Loop, update);
    }

    public HttpBalancer? Http { get; }

    public TcpBackend? Tcp { get; }

    /// <summary>Something can be sent to it, or may wait.</summary>
    public bool IsAvailable => Http is not { IsAvailable: false } && Tcp is not { IsFailingFast: true };

    /// <summary>The logical name, for <c>l5d-dst-canonical</c>; null for a plain address.</summary>
    public byte[]? Authority { get; }

    private static BalancerMetrics Metrics(OutboundStack stack, BackendKey key, string protocol, BalancerFamilies families)
    {
        ProxyMetrics metrics = stack.Runtime.Metrics;
        int worker = stack.Worker.Index;
        return new BalancerMetrics(
            families,
            ProxyLabels.Reference("parent", key.Parent).And(ProxyLabels.Reference("backend", key.Backend.Meta)),
            key.Backend.Queue.FailfastTimeout,
            worker,
            TimeProvider.System,
            new StackMetrics(metrics.Stack, "outbound", protocol, key.Backend.Forward is null ? "balance" : "forward", worker),
            new StackMetrics(metrics.Stack, "outbound", protocol, "endpoint", worker));
    }

    public void Close()
    {
        _subscription?.Dispose();
        Http?.Close();
        Tcp?.Close();
    }
}
