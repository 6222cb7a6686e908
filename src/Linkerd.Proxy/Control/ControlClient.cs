using Google.Protobuf;
using Linkerd.Grpc;
using Linkerd.Grpc.Protocol;
using Linkerd.Http;
using Linkerd.Model;
using Linkerd.Net;
using Linkerd.Proxy.Config;
using Linkerd.Proxy.Connect;
using Linkerd.Proxy.Dns;
using Linkerd.Proxy.Metrics;
using Linkerd.Proxy.Stack;
using Linkerd.Telemetry;

namespace Linkerd.Proxy.Control;

/// <summary>
/// Calls one control-plane service over gRPC, on the control loop: over mTLS where the service has a name, else in clear text. The name's
/// addresses are kept fresh, and calls are spread over them.
/// </summary>
public sealed class ControlClient
{
    /// <summary>A socket of the own host has no address.</summary>
    private static readonly Task<DnsAnswer> s_socket = Task.FromResult(new DnsAnswer([default], Timeout.InfiniteTimeSpan));

    private readonly Worker _worker;
    private readonly ControlConfig _config;
    private readonly IHttpClientFactory _clients;
    private readonly IConnectionMetrics _connections;
    private readonly ControlMetrics _metrics;
    private readonly ControlBalancer _balancer;
    private readonly HashSet<TaskCompletionSource> _delays = [];
    private long _recoveredAt = long.MinValue;

    /// <param name="worker">Of the control loop.</param>
    /// <param name="client">What it is for: <c>identity</c>, <c>destination</c>, <c>policy</c>, <c>trace_collector</c>.</param>
    /// <param name="config">The service.</param>
    /// <param name="clients">Makes connections.</param>
    /// <param name="resolver">Resolves the service's name.</param>
    /// <param name="metrics">Told of everything.</param>
    /// <param name="log">Told what fails.</param>
    public ControlClient(Worker worker, string client, ControlConfig config, IHttpClientFactory clients, DnsResolver resolver, ProxyMetrics metrics, Logger log)
    {
        ArgumentNullException.ThrowIfNull(worker);
        ArgumentNullException.ThrowIfNull(config);
        _worker = worker;
        _config = config;
        _clients = clients;
        string authority = config.Socket ?? config.Address.ToString();
        Labels labels = Labels.Of("addr", authority);
        _metrics = new ControlMetrics(metrics, labels, worker.Index);
        Labels tls = config.Name is { } name ? Labels.Of("tls", "true").And("server_id", name.Name) : Labels.Of("tls", "no_identity").And("no_tls_reason", "loopback");
        _connections = new ConnectionMetrics(metrics, worker.Connections, Labels.Of("direction", "outbound").And("peer", "dst").And("authority", authority).And(tls), worker.Index);
        var dns = new DnsMetrics(metrics.DnsResolutions, client, worker.Index);
        BalancerMetrics? balancer = metrics.ControlBalancers(client) is { } families ? new BalancerMetrics(families, labels, ControlBalancer.FailFast, worker.Index, TimeProvider.System) : null;
        _balancer = new ControlBalancer(worker.Loop, authority, () => config.Socket is null ? resolver.ResolveAsync(config.Address, config.IsFullName, dns) : s_socket, Connect, balancer, log) { Recovered = OnRecovered };
    }

    public EventLoop Loop => _worker.Loop;

    /// <summary>An address of the service is connected.</summary>
    public bool IsReachable => _balancer.IsReady;

    /// <summary>The service could be reached again at or after a time of the loop: what failed since then says nothing of how it is now.</summary>
    public bool HasRecoveredSince(long time) => _recoveredAt >= time;

    /// <summary>
    /// Waits before another attempt: for <paramref name="delay"/>, or until the service can be reached again, which ends every wait at most once a
    /// second. A service that was away is thus asked the moment it is back, and one that comes and goes no more often than that.
    /// </summary>
    public async Task BackOffAsync(TimeSpan delay, CancellationToken cancellation)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var timer = new LoopTimer(Loop, static state => ((TaskCompletionSource)state!).TrySetResult(), done);
        timer.Start(delay);
        _delays.Add(done);
        await using CancellationTokenRegistration registration = cancellation.Register(
            static state => ((TaskCompletionSource)state!).TrySetResult(), done, useSynchronizationContext: true);
        await done.Task;
        _delays.Remove(done);
        timer.Stop();
    }

    /// <summary>One request, one answer. Throws <see cref="RpcException"/>.</summary>
    public async Task<TResponse> UnaryAsync<TResponse>(string path, IMessage request, MessageParser<TResponse> parser, TimeSpan timeout)
        where TResponse : IMessage<TResponse>
    {
        TResponse? response = default;
        var limits = new ControlStreamLimits(timeout, timeout, timeout);
        Status status = await StreamAsync(path, request, parser, message => response = message, limits, CancellationToken.None);
        if (status.StatusCode != StatusCode.OK) throw new RpcException(status);
        return response ?? throw new RpcException(new Status(StatusCode.Internal, $"{path} ended without a message"));
    }

    /// <summary>One request, many answers; ends with the status of the stream. Never throws for what the service or the network does.</summary>
    public Task<Status> StreamAsync<TResponse>(
        string path,
        IMessage request,
        MessageParser<TResponse> parser,
        Action<TResponse> message,
        ControlStreamLimits limits,
        CancellationToken cancellation)
        where TResponse : IMessage<TResponse>
        => RunAsync(path, GrpcCall.Frame(request), payload => message(parser.ParseFrom(payload)), limits, cancellation);

    /// <summary>One request that is encoded and framed already; what is answered is not read. Never throws for what the service or the network does.</summary>
    internal Task<Status> SendAsync(string path, byte[] frame, TimeSpan timeout)
        => RunAsync(path, frame, static _ => { }, new ControlStreamLimits(timeout, timeout, timeout), CancellationToken.None);

    private async Task<Status> RunAsync(string path, byte[] frame, GrpcCall.PayloadHandler message, ControlStreamLimits limits, CancellationToken cancellation)
    {
        var call = new GrpcCall(_worker, _balancer, path, _config.Address.ToString(), frame, message, limits) { Metadata = _config.Metadata };
        _metrics.OnRequest();
        long began = _worker.Loop.Now;
        Status status = await call.RunAsync(cancellation);
        _metrics.OnEnd(status.StatusCode, _worker.Loop.Now - began);
        _balancer.Release(call);
        return status;
    }

    private void OnRecovered()
    {
        const long Second = 1_000_000_000;
        long now = Loop.Now;
        if (_recoveredAt != long.MinValue && now - _recoveredAt < Second) return;
        _recoveredAt = now;
        TaskCompletionSource[] delays = [.. _delays];
        foreach (TaskCompletionSource delay in delays) delay.TrySetResult();
    }

    private HttpClient Connect(SocketAddress address) => _clients.Create(
        new HttpClientTarget
        {
            Protocol = HttpProtocol.Http2,
            Backoff = ExponentialBackoff.ControlDefault,
            KeepAliveInterval = TimeSpan.FromSeconds(10),
            KeepAliveTimeout = TimeSpan.FromSeconds(3),
            Connect = new ConnectTarget
            {
                Address = address,
                Socket = _config.Socket,
                Timeout = TimeSpan.FromSeconds(1),
                Tls = _config.Name is { } name ? new TlsTarget(name, name.Name) : null,
                Options = new SocketOptions { KeepAlive = TimeSpan.FromSeconds(10) },
            },
        },
        _connections);
}
