using Linkerd.Api.Services;
using Linkerd.Api.Viz;
using Linkerd.Checks;
using Linkerd.Grpc;
using Linkerd.Grpc.AspNetCore;
using Linkerd.Kubernetes;
using Linkerd.Stats;
using Linkerd.Stats.Prometheus;
using CheckStatus = Linkerd.Api.Viz.CheckStatus;

namespace Linkerd.Cli.Commands.Viz;

/// <summary>metrics-api as the checks ask it: by gRPC and by query, each over a port-forward to one of its pods.</summary>
internal sealed class MetricsApiProbe : IVizProbe
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(20);
    private static readonly Method<SelfCheckRequest, SelfCheckResponse> s_selfCheck =
        Methods.Unary(VizApi.ServiceName, VizApi.SelfCheck, SelfCheckRequest.Parser, SelfCheckResponse.Parser);

    private readonly KubernetesClient _client;
    private readonly string _ns;

    private MetricsApiProbe(KubernetesClient client, string ns)
    {
        _client = client;
        _ns = ns;
    }

    /// <summary>Finds metrics-api.</summary>
    public static async Task<IVizProbe> ConnectAsync(KubernetesClient client, string ns, CancellationToken cancellationToken)
    {
        _ = await PodAsync(client, ns, cancellationToken);
        return new MetricsApiProbe(client, ns);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> SelfCheckAsync(CancellationToken cancellationToken)
    {
        // Asked for each time: between two tries another pod may have taken over.
        var pod = await PodAsync(_client, _ns, cancellationToken);
        using var channel = GrpcChannel.ForAddress($"http://localhost:{VizExtension.ApiPort}", new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler { ConnectCallback = async (_, cancel) => await _client.PortForwardAsync(_ns, pod, VizExtension.ApiPort, cancel) },
        });
        try
        {
            using var call = channel.AsyncUnaryCall(s_selfCheck, new CallOptions(Timeout: s_timeout, CancellationToken: cancellationToken), new SelfCheckRequest());
            var response = await call;
            return response.Results.Count == 0
                ? ["No results returned"]
                : [.. response.Results.Where(static r => r.Status != CheckStatus.Ok).Select(static r => r.FriendlyMessageToUser)];
        }
        catch (RpcException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CheckException(e.Status.Detail.Length == 0 ? e.Status.StatusCode.ToString() : e.Status.Detail, e);
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlySet<string>> PodsWithMetricsAsync(CancellationToken cancellationToken)
    {
        using var http = await VizExtension.QueryClientAsync(_client, _ns, cancellationToken) ?? throw new CheckException($"no pod of metrics-api is ready in namespace {_ns}");
        try
        {
            var samples = await PrometheusSource.At(http, new Uri("http://metrics-api." + _ns))
                .QueryAsync("max(process_start_time_seconds{job=\"linkerd-proxy\"}) by (namespace, pod)", cancellationToken);
            return samples.Select(static s => $"{s.Labels["namespace"]}/{s.Labels["pod"]}").ToHashSet(StringComparer.Ordinal);
        }
        catch (MetricsSourceException e)
        {
            throw new CheckException(e.Message, e);
        }
    }

    private static async Task<string> PodAsync(KubernetesClient client, string ns, CancellationToken cancel) =>
        (await VizExtension.ReadyPodAsync(client, ns, "metrics-api", cancel))?.Metadata.Name
        ?? throw new CheckException($"no pod of metrics-api is ready in namespace {ns}; see: kubectl -n {ns} get pods -l component=metrics-api");
}
