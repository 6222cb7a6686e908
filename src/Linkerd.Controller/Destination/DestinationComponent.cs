using Linkerd.Api.Services;
using Linkerd.Controller.Common.Kubernetes;
using Linkerd.Controller.Destination.Index;
using Linkerd.Controller.Destination.Serve;
using Linkerd.Controller.Destination.Slices;
using Linkerd.Grpc;
using Linkerd.Grpc.AspNetCore;
using Linkerd.Kubernetes;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Proto = Linkerd.Api.Destination;

namespace Linkerd.Controller.Destination;

/// <summary>Endpoints and profiles: the Destination API.</summary>
internal sealed partial class DestinationComponent : IComponent
{
    private const string WriterLease = "linkerd-destination-endpoint-write";

    public string Name => "destination";

    public string Summary => "tells proxies where Services are and how to speak to them";

    public string Description => """
        Serves the Destination API (gRPC): the endpoints of Services, with their identities and protocol hints, and the
        profiles of names and addresses. It follows Services, EndpointSlices, pods, nodes, namespaces, Servers and
        ExternalWorkloads; /ready on the admin port answers 200 once it has seen them all. One replica, the one that holds
        Lease linkerd-destination-endpoint-write, writes the EndpointSlices of Services that select ExternalWorkloads.

        To try it outside of a cluster:
          linkerd-controller destination --kubeconfig ~/.kube/config --addr 127.0.0.1:8086
        """;

    public void Declare(FlagSet flags)
    {
        flags.Add("addr", ":8086", "address of the gRPC server");
        flags.Add("admin-addr", ":9996", "address of the admin server");
        flags.Add("controller-namespace", "linkerd", "namespace of this control plane: pods of others get no identity");
        flags.Add("cluster-domain", "cluster.local", "DNS domain of the cluster");
        flags.Add("identity-trust-domain", "cluster.local", "trust domain of identities");
        flags.Add("default-opaque-ports", "25,587,3306,4444,5432,6379,9300,11211", "ports that are opaque where no annotation says otherwise");
        flags.Add("outbound-transport-mode", "transport-header", "transport-header: every meshed endpoint is reached through its proxy's port; transparent: only opaque ones");
        flags.AddSwitch("enable-h2-upgrade", true, "let meshed proxies speak HTTP/2 to each other");
        flags.AddSwitch("enable-endpoint-slices", true, "follow EndpointSlices where the cluster has them, else Endpoints");
        flags.AddSwitch("enable-ipv6", false, "tell of IPv6 endpoints, and prefer them where an endpoint has both");
        flags.Add("meshed-http2-keep-alive-interval", "10s", "how often an idle HTTP/2 connection between proxies is pinged; 0 for never");
        flags.Add("meshed-http2-keep-alive-timeout", "3s", "how long an answer to such a ping may take");
        flags.Add("trace-collector", "", "accepted and not used");
        flags.AddSwitch("enable-pprof", false, "accepted and not used");
    }

    public async Task RunAsync(ComponentContext context, CancellationToken cancel)
    {
        var flags = context.Flags;
        var log = context.Logs.CreateLogger(Name);
        var settings = ReadSettings(flags);
        var listen = flags.Listen("addr");
        using var kubernetes = context.Kubernetes();
        var index = new DestinationIndex(settings);
        var metrics = new DestinationMetrics(context.Metrics);
        index.EndpointsPublished = metrics.EndpointsPublished;
        DestinationFeed? feed = null;
        await using var admin = await AdminServer.StartAsync(context, flags.Listen("admin-addr"), () => feed?.HasSynced ?? false, cancel);
        var lag = new InformerMetrics(context.Metrics);
        lag.Declare("services", "pods", "endpointslices", "servers", "externalworkloads");
        var options = new InformerOptions { OnError = e => WatchFailed(log, e.Message), OnChangeSeen = lag.Seen, Time = context.Time };
        await using var started = feed = await StartFeedAsync(index, kubernetes, flags.Switch("enable-endpoint-slices"), options, cancel);
        await feed.WaitForSyncAsync(cancel);
        var service = new DestinationService(index, settings, new EndpointMessages(Http2(flags)), metrics, log);
        await using var server = await GrpcHost.StartAsync(context, listen, service.Map, cancel);
        Serving(log, server.EndPoint.ToString());
        if (feed.Slices is not { } slices)
        {
            await Waiting.UntilAsync(cancel);
            return;
        }

        var writer = new SliceWriter(slices, kubernetes, context.Time, log);
        await ReplicaLease.Elector(kubernetes, settings.ControllerNamespace, WriterLease, context.Time, reason => LeaseFailed(log, reason)).RunAsync(writer.RunAsync, cancel);
    }

    /// <summary>Asks until the API server answers: it may come up after us.</summary>
    private static async Task<DestinationFeed> StartFeedAsync(DestinationIndex index, KubernetesClient client, bool useSlices, InformerOptions options, CancellationToken cancel)
    {
        var backoff = new Backoff(options.MinBackoff, options.MaxBackoff);
        while (true)
        {
            try
            {
                return await DestinationFeed.StartAsync(index, client, useSlices, options, cancel);
            }
            catch (KubernetesException e)
            {
                options.OnError?.Invoke(e);
                await Task.Delay(backoff.Next(), options.Time, cancel);
            }
        }
    }

    private static DestinationSettings ReadSettings(FlagSet flags)
    {
        var mode = flags.Text("outbound-transport-mode");
        if (mode is not ("transport-header" or "transparent"))
            throw FlagSet.Fault("outbound-transport-mode", mode, "transport-header or transparent");
        return new DestinationSettings
        {
            ControllerNamespace = flags.Required("controller-namespace"),
            ClusterDomain = flags.Required("cluster-domain"),
            TrustDomain = flags.Required("identity-trust-domain"),
            EnableH2Upgrade = flags.Switch("enable-h2-upgrade"),
            EnableIpv6 = flags.Switch("enable-ipv6"),
            TransportHeader = mode == "transport-header",
            DefaultOpaquePorts = flags.Ports("default-opaque-ports"),
        };
    }

    private static Proto.Http2ClientParams? Http2(FlagSet flags)
    {
        var interval = flags.Duration("meshed-http2-keep-alive-interval");
        if (interval == TimeSpan.Zero)
            return null;
        return new Proto.Http2ClientParams
        {
            KeepAlive = new Proto.Http2ClientParams.Types.KeepAlive
            {
                Interval = Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(interval),
                Timeout = Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(flags.Duration("meshed-http2-keep-alive-timeout")),
                WhileIdle = true,
            },
        };
    }

    [LoggerMessage(20, LogLevel.Information, "serving the Destination API on {Address}")]
    private static partial void Serving(ILogger log, string address);

    [LoggerMessage(27, LogLevel.Warning, "the lease for writing EndpointSlices could not be had, trying again: {Reason}")]
    private static partial void LeaseFailed(ILogger log, string reason);

    [LoggerMessage(21, LogLevel.Warning, "following the cluster failed, trying again: {Reason}")]
    private static partial void WatchFailed(ILogger log, string reason);
}
