using System.Diagnostics;
using System.Globalization;
using Linkerd.Api.Destination;
using Linkerd.Api.Services;
using Linkerd.Grpc;
using Linkerd.Kubernetes;

namespace Linkerd.ControlPlane.Benchmark;

/// <summary>The destination component: endpoints that change, and the streams that must hear of it.</summary>
internal sealed class DestinationRun(Scale scale, KubernetesClient client) : IComponentRun
{
    private static readonly Method<GetDestination, Update> s_get =
        Methods.ServerStreaming(DestinationApi.ServiceName, DestinationApi.Get, GetDestination.Parser, Update.Parser);

    private readonly bool[] _ready = Ready(scale);
    private readonly long[] _changed = new long[scale.Endpoints];
    private readonly SemaphoreSlim[] _turns = [.. Enumerable.Range(0, scale.Services).Select(static _ => new SemaphoreSlim(1))];
    private int _next;

    public string Name => "destination";

    public string Change => "an endpoint that becomes ready, or no longer is";

    public IReadOnlyList<string> Arguments(int port, int admin) => ["--addr", $"127.0.0.1:{port}", "--admin-addr", $"127.0.0.1:{admin}"];

    public Latencies Heard { get; } = new();

    public Latencies Written { get; } = new();

    public int Open(ProxyStreams streams)
    {
        for (var proxy = 0; proxy < scale.Proxies; proxy++)
        {
            var token = $$"""{"ns":"{{Scale.NamespaceOf(proxy)}}","nodeName":"{{Scale.NodeOf(proxy)}}","pod":"client-{{proxy}}"}""";
            foreach (var service in scale.TargetsOf(proxy))
            {
                var path = string.Create(CultureInfo.InvariantCulture, $"{Scale.NameOf(service)}.{Scale.NamespaceOf(service)}.svc.cluster.local:{Scale.ServicePort}");
                streams.Open(proxy, s_get, new GetDestination { Scheme = "k8s", Path = path, ContextToken = token }, Take);
            }
        }

        return scale.Streams;
    }

    public async Task ChangeAsync()
    {
        // Round by Services, so that neighbouring changes are of different ones; then their next endpoint.
        var turn = Interlocked.Increment(ref _next) - 1;
        var service = turn % scale.Services;
        var index = scale.IndexOf(service, turn / scale.Services % scale.EndpointsPerService);
        await _turns[service].WaitAsync();
        try
        {
            _ready[index] = !_ready[index];
            var slice = ClusterObjects.Slice(scale, service, _ready);
            var from = Stopwatch.GetTimestamp();
            Volatile.Write(ref _changed[index], from);
            await client.Resource(Resources.EndpointSlices, Scale.NamespaceOf(service)).UpdateAsync(slice);
            Written.Add(from);
        }
        finally
        {
            _turns[service].Release();
        }
    }

    public int ListenersOfAChange => scale.Streams / scale.Services;

    private static bool[] Ready(Scale scale)
    {
        var ready = new bool[scale.Endpoints];
        Array.Fill(ready, true);
        return ready;
    }

    private void Take(Update update)
    {
        if (update.Add is { } add)
        {
            foreach (var address in add.Addrs)
                Note(address.Addr.Ip.Ipv4);
        }
        else if (update.Remove is { } remove)
        {
            foreach (var address in remove.Addrs)
                Note(address.Ip.Ipv4);
        }
    }

    private void Note(uint ipv4)
    {
        // Zero: it was there from the start.
        if (scale.IndexOf(ipv4) is var index && index >= 0 && Volatile.Read(ref _changed[index]) is var from && from != 0)
            Heard.Add(from);
    }
}
