using Linkerd.Kubernetes;
using Linkerd.Stats.Reports;
using Microsoft.Extensions.Logging;

namespace Linkerd.Viz.MetricsApi;

/// <summary>The statistics API: <c>linkerd2.viz.Api</c> over a Prometheus or over proxies that it scrapes itself.</summary>
internal sealed partial class MetricsApiComponent : IComponent
{
    public string Name => "metrics-api";

    public string Summary => "statistics of the mesh over gRPC";

    public string Description => """
        Serves linkerd2.viz.Api (gRPC, port 8085): success rates, latencies, edges, routes, authorizations. The numbers come
        from the Prometheus of --prometheus-url; with --prometheus-url=embedded this process scrapes the proxies itself and
        keeps six hours in memory. Port 8086 answers Prometheus' queries from the same source, for the dashboard and the CLI,
        and names a Prometheus the pods to scrape (/sd/pods).
        """;

    public void Declare(FlagSet flags)
    {
        flags.Add("addr", ":8085", "address of the gRPC server");
        flags.Add("query-addr", ":8086", "address of the query API and of the service discovery");
        flags.Add("metrics-addr", ":9995", "address of the admin server");
        flags.Add("controller-namespace", "linkerd", "namespace of the control plane");
        flags.Add("cluster-domain", "cluster.local", "domain of the cluster's Services");
        MetricsSources.Declare(flags);
        flags.Add("trace-collector", "", "accepted and not used");
        flags.AddSwitch("enable-pprof", false, "accepted and not used");
    }

    public async Task RunAsync(ComponentContext context, CancellationToken cancel)
    {
        var flags = context.Flags;
        var log = context.Logs.CreateLogger(Name);
        using var client = context.Kubernetes();
        await using var informers = new InformerFactory(client, new InformerOptions { Time = context.Time, OnError = e => WatchFailed(log, e.Message) });
        using var metrics = MetricsSources.Create(flags, informers, context.Time);
        var pods = informers.For(Resources.Pods);
        await using var admin = await AdminServer.StartAsync(context, flags.Listen("metrics-addr"), () => informers.HasSynced, cancel);
        var cronJobs = await ServedCronJobs.FindAsync(client, context.Time, e => WatchFailed(log, e), cancel);
        var service = new MetricsApiService(metrics.Source, new CachedObjects(informers, client, cronJobs), context.Time);
        informers.Start();
        await using var server = await GrpcHost.StartAsync(context, flags.Listen("addr"), service.Map, cancel);
        await using var queries = await QueryServer.StartAsync(flags.Listen("query-addr"), metrics.Source, () => pods.HasSynced ? pods.Items : null, context.Time, context.Logs, cancel);
        Serving(log, server.EndPoint.ToString(), queries.Address.ToString());
        await metrics.RunAsync(cancel);
        await Waiting.UntilAsync(cancel);
    }

    [LoggerMessage(1, LogLevel.Information, "serving linkerd2.viz.Api on {Address}, queries on {Queries}")]
    private static partial void Serving(ILogger log, string address, string queries);

    [LoggerMessage(2, LogLevel.Warning, "watch: {Reason}")]
    private static partial void WatchFailed(ILogger log, string reason);
}
