using Linkerd.Api.Services;
using Linkerd.Api.Viz;
using Linkerd.Grpc;
using Linkerd.Grpc.AspNetCore;
using Linkerd.Kubernetes;
using Linkerd.Stats;
using Microsoft.AspNetCore.Routing;

namespace Linkerd.Viz.MetricsApi;

/// <summary>Answers <c>linkerd2.viz.Api</c>.</summary>
internal sealed class MetricsApiService(IMetricsSource metrics, KubernetesClient client)
{
    private static readonly Method<SelfCheckRequest, SelfCheckResponse> s_selfCheck =
        Methods.Unary(VizApi.ServiceName, VizApi.SelfCheck, SelfCheckRequest.Parser, SelfCheckResponse.Parser);

    private static readonly Method<ListServicesRequest, ListServicesResponse> s_listServices =
        Methods.Unary(VizApi.ServiceName, VizApi.ListServices, ListServicesRequest.Parser, ListServicesResponse.Parser);

    /// <summary>Maps the API to a server.</summary>
    public void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapUnary(s_selfCheck, SelfCheckAsync);
        endpoints.MapUnary(s_listServices, ListServicesAsync);
    }

    private async Task<SelfCheckResponse> SelfCheckAsync(SelfCheckRequest request, ServerCallContext call)
    {
        var response = new SelfCheckResponse();
        response.Results.Add(await CheckAsync("kubernetes", "control plane can talk to Kubernetes", cancel => client.Resource(Resources.Namespaces).ListAsync(new ListOptions { Limit = 1 }, cancel), call.CancellationToken));
        response.Results.Add(await CheckAsync("prometheus", "control plane can talk to Prometheus", cancel => metrics.QueryAsync("max(process_start_time_seconds)", cancel), call.CancellationToken));
        return response;
    }

    private static async Task<CheckResult> CheckAsync(string subsystem, string description, Func<CancellationToken, Task> check, CancellationToken cancel)
    {
        var result = new CheckResult { SubsystemName = subsystem, CheckDescription = description, Status = CheckStatus.Ok };
        try
        {
            await check(cancel);
        }
        catch (Exception e) when (e is KubernetesException or MetricsSourceException or HttpRequestException)
        {
            result.Status = CheckStatus.Error;
            result.FriendlyMessageToUser = e.Message;
        }

        return result;
    }

    private async Task<ListServicesResponse> ListServicesAsync(ListServicesRequest request, ServerCallContext call)
    {
        var response = new ListServicesResponse();
        var services = client.Resource(Resources.Services, request.Namespace.Length == 0 ? null : request.Namespace);
        await foreach (var service in services.ListAllAsync(new ListOptions { Limit = 500 }, call.CancellationToken))
            response.Services.Add(new Service { Name = service.Metadata.Name ?? "", Namespace = service.Metadata.Namespace ?? "" });
        return response;
    }
}
