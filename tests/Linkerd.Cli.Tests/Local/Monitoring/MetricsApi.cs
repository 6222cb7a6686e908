using Linkerd.Api.Services;
using Linkerd.Api.Viz;
using Linkerd.Grpc;
using Linkerd.Grpc.AspNetCore;
using Linkerd.Kubernetes;
using Linkerd.Stats;
using Linkerd.Stats.Prometheus;

namespace Linkerd.Cli.Tests.Local.Monitoring;

/// <summary>A metrics-api of the monitored mesh, by gRPC and by query, through port-forwards.</summary>
internal sealed class MetricsApi : IDisposable
{
    private static readonly Method<StatSummaryRequest, StatSummaryResponse> s_statSummary =
        Methods.Unary(VizApi.ServiceName, VizApi.StatSummary, StatSummaryRequest.Parser, StatSummaryResponse.Parser);

    private readonly KubernetesClient _client;
    private readonly string _pod;
    private readonly GrpcChannel _channel;
    private readonly HttpClient _http;

    public MetricsApi(string kubeconfig, string pod)
    {
        _client = new KubernetesClient(KubernetesConfig.Load(kubeconfig));
        _pod = pod;
        _channel = GrpcChannel.ForAddress("http://localhost:8085", new GrpcChannelOptions { HttpHandler = Forward(8085) });
        _http = new HttpClient(Forward(8086));
    }

    /// <summary>Its query API.</summary>
    public IMetricsSource Queries => PrometheusSource.At(_http, new Uri("http://localhost:8086"));

    /// <summary>StatSummary of a kind in the namespace shop, by name.</summary>
    public async Task<Dictionary<string, BasicStats>> StatAsync(string kind)
    {
        var request = new StatSummaryRequest { TimeWindow = "2m", Selector = new ResourceSelection { Resource = new Resource { Namespace = "shop", Type = kind } }, TcpStats = true };
        using var call = _channel.AsyncUnaryCall(s_statSummary, new CallOptions(Timeout: TimeSpan.FromSeconds(20), CancellationToken: TestContext.Current.CancellationToken), request);
        var response = await call;
        Assert.True(response.Ok is not null, response.Error?.Error);
        return response.Ok.StatTables.SelectMany(static t => t.PodGroup.Rows).Where(static r => r.Stats is not null).ToDictionary(static r => r.Resource.Name, static r => r.Stats);
    }

    public void Dispose()
    {
        _channel.Dispose();
        _http.Dispose();
        _client.Dispose();
    }

    private SocketsHttpHandler Forward(int port) => new() { ConnectCallback = async (_, cancel) => await _client.PortForwardAsync("monitoring", _pod, port, cancel) };
}
