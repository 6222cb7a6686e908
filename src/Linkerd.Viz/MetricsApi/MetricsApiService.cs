using Google.Protobuf;
using Linkerd.Api.Services;
using Linkerd.Api.Viz;
using Linkerd.Grpc;
using Linkerd.Grpc.AspNetCore;
using Linkerd.Kubernetes;
using Linkerd.Stats;
using Linkerd.Stats.Query;
using Linkerd.Stats.Reports;
using Microsoft.AspNetCore.Routing;
using Resource = Linkerd.Api.Viz.Resource;
using StatTable = Linkerd.Api.Viz.StatTable;

namespace Linkerd.Viz.MetricsApi;

/// <summary>Answers <c>linkerd2.viz.Api</c>. What cannot be answered because of what was asked comes back in the response, as its <c>error</c>.</summary>
internal sealed class MetricsApiService(IMetricsSource metrics, IObjectLister objects, TimeProvider time)
{
    private static readonly TimeSpan DefaultWindow = TimeSpan.FromMinutes(1);
    private readonly KubernetesWorkloads _workloads = new(objects);

    /// <summary>Maps the API to a server.</summary>
    public void Map(IEndpointRouteBuilder endpoints)
    {
        Unary(endpoints, VizApi.StatSummary, StatSummaryRequest.Parser, StatSummaryResponse.Parser, StatSummaryAsync);
        Unary(endpoints, VizApi.Edges, EdgesRequest.Parser, EdgesResponse.Parser, EdgesAsync);
        Unary(endpoints, VizApi.TopRoutes, TopRoutesRequest.Parser, TopRoutesResponse.Parser, TopRoutesAsync);
        Unary(endpoints, VizApi.Authz, AuthzRequest.Parser, AuthzResponse.Parser, AuthzAsync);
        Unary(endpoints, VizApi.ListPods, ListPodsRequest.Parser, ListPodsResponse.Parser, ListPodsAsync);
        Unary(endpoints, VizApi.ListServices, ListServicesRequest.Parser, ListServicesResponse.Parser, ListServicesAsync);
        Unary(endpoints, VizApi.SelfCheck, SelfCheckRequest.Parser, SelfCheckResponse.Parser, SelfCheckAsync);
#pragma warning disable CS0612 // Deprecated in the proto, and served as Linkerd serves it.
        Unary(endpoints, VizApi.Gateways, GatewaysRequest.Parser, GatewaysResponse.Parser, GatewaysAsync);
#pragma warning restore CS0612
    }

    /// <summary>Statistics of resources.</summary>
    public async Task<StatSummaryResponse> StatSummaryAsync(StatSummaryRequest request, CancellationToken cancel)
    {
        try
        {
            var window = WindowOf(request.TimeWindow);
            var ok = new StatSummaryResponse.Types.Ok();
            foreach (var target in Targets(request.Selector?.Resource))
            {
                var rows = await new StatReport(metrics, _workloads).RunAsync(
                    new StatRequest
                    {
                        Target = target,
                        Window = window,
                        To = request.OutboundCase == StatSummaryRequest.OutboundOneofCase.ToResource ? One(request.ToResource) : null,
                        From = request.OutboundCase == StatSummaryRequest.OutboundOneofCase.FromResource ? One(request.FromResource) : null,
                        LabelSelector = request.Selector?.LabelSelector ?? "",
                        Unmeshed = true,
                        SkipStats = request.SkipStats,
                        SkipTcp = !request.TcpStats,
                    },
                    cancel);
                ok.StatTables.Add(new StatTable { PodGroup = Messages.PodGroup(rows, window, request.TcpStats) });
            }

            return new StatSummaryResponse { Ok = ok };
        }
        catch (Exception e) when (IsTheirs(e))
        {
            return new StatSummaryResponse { Error = Messages.Error(request.Selector?.Resource, e) };
        }
    }

    /// <summary>Connections between resources.</summary>
    public async Task<EdgesResponse> EdgesAsync(EdgesRequest request, CancellationToken cancel)
    {
        try
        {
            var ok = new EdgesResponse.Types.Ok();
            foreach (var target in Targets(request.Selector?.Resource))
                ok.Edges.AddRange((await new EdgesReport(metrics, _workloads).RunAsync(target, cancel)).Select(e => Messages.Edge(e, target.Kind)));
            return new EdgesResponse { Ok = ok };
        }
        catch (Exception e) when (IsTheirs(e))
        {
            return new EdgesResponse { Error = Messages.Error(request.Selector?.Resource, e) };
        }
    }

    /// <summary>Traffic by route.</summary>
    public async Task<TopRoutesResponse> TopRoutesAsync(TopRoutesRequest request, CancellationToken cancel)
    {
        try
        {
            var window = WindowOf(request.TimeWindow);
            var to = request.OutboundCase == TopRoutesRequest.OutboundOneofCase.ToResource ? One(request.ToResource) : null;
            var ok = new TopRoutesResponse.Types.Ok();
            foreach (var target in Targets(request.Selector?.Resource))
            {
                var names = target.Name is not null || target.Kind.Name == "authority"
                    ? [target]
                    : (await _workloads.ListAsync(target, request.Selector?.LabelSelector ?? "", cancel)).Select(w => target with { Name = w.Name, Namespace = target.Kind.Name == "namespace" ? "" : w.Namespace });
                foreach (var one in names)
                {
                    var rows = await new RoutesReport(metrics, objects).RunAsync(one, to, window, cancel);
                    if (rows.Count != 0)
                        ok.Routes.Add(Messages.RouteTable(rows, one, window));
                }
            }

            return new TopRoutesResponse { Ok = ok };
        }
        catch (Exception e) when (IsTheirs(e))
        {
            return new TopRoutesResponse { Error = Messages.Error(request.Selector?.Resource, e) };
        }
    }

    /// <summary>Authorizations of a workload.</summary>
    public async Task<AuthzResponse> AuthzAsync(AuthzRequest request, CancellationToken cancel)
    {
        try
        {
            var window = WindowOf(request.TimeWindow);
            var table = new StatTable.Types.PodGroup();
            foreach (var target in Targets(request.Resource))
                table.Rows.AddRange((await new AuthzReport(metrics).RunAsync(target, window, byClient: false, cancel)).Select(r => Messages.AuthzRow(r, target, window)));
            return new AuthzResponse { Ok = new AuthzResponse.Types.Ok { StatTable = new StatTable { PodGroup = table } } };
        }
        catch (Exception e) when (IsTheirs(e))
        {
            return new AuthzResponse { Error = Messages.Error(request.Resource, e) };
        }
    }

#pragma warning disable CS0612
    /// <summary>Gateways of other clusters.</summary>
    public async Task<GatewaysResponse> GatewaysAsync(GatewaysRequest request, CancellationToken cancel)
    {
        try
        {
            var rows = await new GatewaysReport(metrics, objects).RunAsync(request.RemoteClusterName, request.GatewayNamespace, WindowOf(request.TimeWindow), cancel);
            var table = new GatewaysTable();
            table.Rows.AddRange(rows.Select(Messages.Gateway));
            return new GatewaysResponse { Ok = new GatewaysResponse.Types.Ok { GatewaysTable = table } };
        }
        catch (Exception e) when (IsTheirs(e))
        {
            return new GatewaysResponse { Error = Messages.Error(null, e) };
        }
    }
#pragma warning restore CS0612

    /// <summary>Pods with their owners and proxies.</summary>
    public async Task<ListPodsResponse> ListPodsAsync(ListPodsRequest request, CancellationToken cancel)
    {
        var wanted = request.Selector?.Resource;
        var response = new ListPodsResponse();
        var pods = await objects.ListAsync(Resources.Pods, NamespaceOf(wanted), request.Selector?.LabelSelector ?? "", cancel);
        HashSet<string>? names = null;
        if (wanted is { Name.Length: > 0 } && wanted.Type is not ("" or "namespace" or "namespaces" or "ns"))
            names = [.. (await _workloads.ListAsync(One(wanted), "", cancel)).SelectMany(static w => w.Pods.Select(p => w.Namespace + "/" + p))];
        response.Pods.AddRange(pods.Where(p => names is null || names.Contains(p.Metadata.Namespace + "/" + p.Metadata.Name)).Select(p => PodMessages.Of(p, time.GetUtcNow())));
        return response;
    }

    /// <summary>Services.</summary>
    public async Task<ListServicesResponse> ListServicesAsync(ListServicesRequest request, CancellationToken cancel)
    {
        var response = new ListServicesResponse();
        var services = await objects.ListAsync(Resources.Services, request.Namespace.Length == 0 ? null : request.Namespace, "", cancel);
        response.Services.AddRange(services.Select(static s => new Service { Name = s.Metadata.Name ?? "", Namespace = s.Metadata.Namespace ?? "" }));
        return response;
    }

    /// <summary>Whether what this depends on answers.</summary>
    public async Task<SelfCheckResponse> SelfCheckAsync(SelfCheckRequest request, CancellationToken cancel)
    {
        var response = new SelfCheckResponse();
        response.Results.Add(await CheckAsync("kubernetes", "control plane can talk to Kubernetes", () => objects.ListAsync(Resources.Namespaces, null, "", cancel)));
        response.Results.Add(await CheckAsync("prometheus", "control plane can talk to Prometheus", () => metrics.QueryAsync("max(process_start_time_seconds)", cancel)));
        return response;
    }

    private static void Unary<TRequest, TResponse>(
        IEndpointRouteBuilder endpoints, string name, MessageParser<TRequest> request, MessageParser<TResponse> response, Func<TRequest, CancellationToken, Task<TResponse>> answer)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse> =>
        endpoints.MapUnary(Methods.Unary(VizApi.ServiceName, name, request, response), (message, call) => AnswerAsync(answer, message, call));

    private static async Task<TResponse> AnswerAsync<TRequest, TResponse>(Func<TRequest, CancellationToken, Task<TResponse>> answer, TRequest request, ServerCallContext call)
    {
        try
        {
            return await answer(request, call.CancellationToken);
        }
        catch (Exception e) when (e is MetricsSourceException or KubernetesException)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, e.Message));
        }
        catch (ArgumentException e)
        {
            throw new RpcException(new Status(StatusCode.InvalidArgument, e.Message));
        }
    }

    private static async Task<CheckResult> CheckAsync<T>(string subsystem, string description, Func<Task<T>> check)
    {
        var result = new CheckResult { SubsystemName = subsystem, CheckDescription = description, Status = CheckStatus.Ok };
        try
        {
            await check();
        }
        catch (Exception e) when (e is KubernetesException or MetricsSourceException)
        {
            result.Status = CheckStatus.Error;
            result.FriendlyMessageToUser = e.Message;
        }

        return result;
    }

    private static bool IsTheirs(Exception e) => e is ArgumentException;

    private static TimeSpan WindowOf(string text) => text.Length == 0
        ? DefaultWindow
        : PromDuration.Parse(text) ?? throw new ArgumentException($"time_window: '{text}' is not a duration, such as 30s or 10m");

    private static string? NamespaceOf(Resource? resource) => resource switch
    {
        null => null,
        { Type: "namespace" or "namespaces" or "ns", Name.Length: > 0 } => resource.Name,
        { Namespace.Length: > 0 } => resource.Namespace,
        _ => null,
    };

    private static ResourceRef One(Resource resource) => Targets(resource) is [var one]
        ? one
        : throw new ArgumentException($"'{resource.Type}' names more than one kind where one is wanted");

    private static IReadOnlyList<ResourceRef> Targets(Resource? resource)
    {
        if (resource is null || resource.Type.Length == 0)
            throw new ArgumentException("selector.resource.type is missing: say for example deployment, or all");
        var refs = ResourceRef.Parse(resource.Name.Length == 0 ? [resource.Type] : [resource.Type, resource.Name], resource.Namespace);
        return resource.Type == "all" ? [.. refs, .. ResourceRef.Parse(["service"], resource.Namespace)] : refs;
    }
}
