using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Linkerd.Api.Inbound;
using Linkerd.Api.Mapping;
using Linkerd.Api.Outbound;
using Linkerd.Api.Services;
using Linkerd.Grpc;
using Linkerd.Kubernetes;

namespace Linkerd.ControlPlane.Benchmark;

/// <summary>The policy component: each proxy watches a port of its own and its targets; timeouts of Services change.</summary>
internal sealed class PolicyRun(Scale scale, KubernetesClient client) : IComponentRun
{
    private static readonly Method<TrafficSpec, OutboundPolicy> s_watch =
        Methods.ServerStreaming(OutboundApi.ServiceName, OutboundApi.Watch, TrafficSpec.Parser, OutboundPolicy.Parser);

    private static readonly Method<PortSpec, Server> s_watchPort = Methods.ServerStreaming(InboundApi.ServiceName, InboundApi.WatchPort, PortSpec.Parser, Server.Parser);

    // Timeouts tell changes apart: the n-th change sets n milliseconds and a minute.
    private const int Minute = 60_000;

    private readonly long[] _changed = new long[1_000_000];
    private readonly SemaphoreSlim[] _turns = [.. Enumerable.Range(0, scale.Services).Select(static _ => new SemaphoreSlim(1))];
    private int _next;

    public string Name => "policy";

    public string Change => "the request timeout of a Service, by its annotation";

    public Latencies Heard { get; } = new();

    public Latencies Written { get; } = new();

    public int ListenersOfAChange => scale.Streams / scale.Services;

    public IReadOnlyList<string> Arguments(int port, int admin) => ["--grpc-addr", $"127.0.0.1:{port}", "--admin-addr", $"127.0.0.1:{admin}"];

    public int Open(ProxyStreams streams)
    {
        for (var proxy = 0; proxy < scale.Proxies; proxy++)
        {
            // There are as many pods as endpoints: proxies beyond them share.
            var (service, endpoint) = (proxy / scale.EndpointsPerService % scale.Services, proxy % scale.EndpointsPerService);
            var workload = $$"""{"ns":"{{Scale.NamespaceOf(service)}}","pod":"{{scale.PodOf(service, endpoint)}}"}""";
            streams.Open(proxy, s_watchPort, new PortSpec { Workload = workload, Port = Scale.PodPort }, static _ => { });
            foreach (var target in scale.TargetsOf(proxy))
                streams.Open(proxy, s_watch, new TrafficSpec { SourceWorkload = workload, Addr = Addresses.ToWire(new IPEndPoint(Scale.ClusterIp(target), Scale.ServicePort)) }, Take);
        }

        return scale.Streams + scale.Proxies;
    }

    public async Task ChangeAsync()
    {
        var change = Interlocked.Increment(ref _next);
        var service = change % scale.Services;
        await _turns[service].WaitAsync();
        try
        {
            var timeout = string.Create(CultureInfo.InvariantCulture, $"{Minute + change}ms");
            var patch = new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { ["timeout.linkerd.io/request"] = timeout } } };
            var from = Stopwatch.GetTimestamp();
            Volatile.Write(ref _changed[change], from);
            await client.Resource(Resources.Services, Scale.NamespaceOf(service)).PatchAsync(Scale.NameOf(service), Patch.Merge(patch));
            Written.Add(from);
        }
        finally
        {
            _turns[service].Release();
        }
    }

    private void Take(OutboundPolicy policy)
    {
        if (policy.Protocol?.Detect?.Http1 is not { Routes: [{ Rules: [{ Timeouts.Request: { } request }, ..] }, ..] })
            return;
        var change = (int)request.ToTimeSpan().TotalMilliseconds - Minute;
        if (change > 0 && Volatile.Read(ref _changed[change]) is var from && from != 0)
            Heard.Add(from);
    }
}
