using Linkerd.Controller.Common.Kubernetes;
using Linkerd.Controller.Common.Api;
using Linkerd.Components.Webhooks;
using Linkerd.Controller.Policy.Admission;
using Linkerd.Controller.Policy.Core;
using Linkerd.Controller.Policy.Index;
using Linkerd.Controller.Policy.Reading;
using Linkerd.Controller.Policy.Serve;
using Linkerd.Controller.Policy.Conditions;
using Linkerd.Kubernetes;
using Linkerd.Model;
using Microsoft.Extensions.Logging;

namespace Linkerd.Controller.Policy;

/// <summary>Inbound and outbound policy.</summary>
internal sealed partial class PolicyComponent : IComponent
{
    public string Name => "policy";

    public string Summary => "tells proxies what they let in and how they route";

    public string Description => """
        Serves the inbound and outbound policy APIs (gRPC): what each port of a pod lets in, by the default policies and
        their annotations, and how traffic to each Service or address is routed. It follows pods, Services and namespaces;
        /ready on the admin port answers 200 once it has seen them all.

        To try it outside of a cluster:
          linkerd-controller policy --kubeconfig ~/.kube/config --grpc-addr 127.0.0.1:8090
        """;

    public void Declare(FlagSet flags)
    {
        flags.Add("grpc-addr", "0.0.0.0:8090", "address of the gRPC server");
        flags.Add("admin-addr", "0.0.0.0:9990", "address of the admin server");
        flags.Add("control-plane-namespace", "linkerd", "namespace of the control plane");
        flags.Add("cluster-networks", "10.0.0.0/8,100.64.0.0/10,172.16.0.0/12,192.168.0.0/16,fd00::/8", "networks of the cluster: addresses in them are never egress");
        flags.Add("identity-domain", "cluster.local", "trust domain of identities");
        flags.Add("cluster-domain", "cluster.local", "DNS domain of the cluster");
        flags.Add("default-policy", "all-unauthenticated", "inbound policy where no annotation says otherwise: " + string.Join(", ", DefaultPolicy.Names));
        flags.Add("default-opaque-ports", "25,587,3306,4444,5432,6379,9300,11211", "ports that are opaque where no annotation says otherwise");
        flags.Add("probe-networks", "0.0.0.0/0,::/0", "networks that the kubelet probes from");
        flags.Add("global-egress-network-namespace", "linkerd-egress", "namespace of egress networks for all namespaces");
        flags.Add("policy-deployment-name", "linkerd-destination", "deployment that this container is in");
        flags.Add("patch-timeout-ms", "5000", "how long writing a status may take");
        flags.AddSwitch("allow-l5d-request-headers", false, "let clients set retries and timeouts by l5d- headers");
        flags.Add("server-addr", "0.0.0.0:9443", "address of the admission webhook");
        flags.Add("server-tls-certs", "", "certificate of the admission webhook; without one there is no webhook");
        flags.Add("server-tls-key", "", "key of the admission webhook");
    }

    public async Task RunAsync(ComponentContext context, CancellationToken cancel)
    {
        var flags = context.Flags;
        var log = context.Logs.CreateLogger(Name);
        var settings = ReadSettings(flags);
        var listen = flags.Listen("grpc-addr");
        using var kubernetes = context.Kubernetes();
        var index = new PolicyIndex(settings);
        var statuses = new StatusBoard();
        var lag = new InformerMetrics(context.Metrics);
        var options = new InformerOptions { OnError = e => WatchFailed(log, e.Message), OnChangeSeen = lag.Seen, Time = context.Time };
        await using var feed = new PolicyFeed(index, kubernetes, settings.Identities, statuses, options, reason => Invalid(log, reason));
        await using var admin = await AdminServer.StartAsync(context, flags.Listen("admin-addr"), () => feed.HasSynced, cancel);
        var validator = new PolicyValidator(settings.Identities);
        await using var webhook = flags.Text("server-tls-certs") is { Length: > 0 } certificate
            ? await AdmissionServer.StartAsync(
                context,
                flags.Listen("server-addr"),
                new WebhookCertificate(certificate, flags.Required("server-tls-key"), context.Time),
                (review, _) => Task.FromResult(ValidationReview.Answer(review, validator.Validate)),
                cancel)
            : null;
        await feed.WaitForSyncAsync(cancel);
        var inbound = new InboundService(index);
        var outbound = new OutboundService(index, settings);
        await using var server = await GrpcHost.StartAsync(
            context,
            listen,
            endpoints =>
            {
                inbound.Map(endpoints);
                outbound.Map(endpoints);
            },
            cancel);
        Serving(log, server.EndPoint.ToString());
        var writer = new StatusWriter(index, statuses, kubernetes, TimeSpan.FromMilliseconds(flags.Integer("patch-timeout-ms", 1, 60_000)), context.Time, log);
        // Statuses are written by one replica, the one that holds this Lease.
        await ReplicaLease.Elector(kubernetes, flags.Required("control-plane-namespace"), "policy-controller-write", context.Time, reason => LeaseFailed(log, reason))
            .RunAsync(writer.RunAsync, cancel);
    }

    private static PolicySettings ReadSettings(FlagSet flags) => new()
    {
        DefaultPolicy = DefaultPolicies.Known(flags.Text("default-policy"))
            ?? throw FlagSet.Fault("default-policy", flags.Text("default-policy"), string.Join(", ", DefaultPolicy.Names)),
        DefaultOpaquePorts = flags.Ports("default-opaque-ports"),
        ClusterNetworks = Addresses.Networks(flags, "cluster-networks"),
        ProbeNetworks = Addresses.Networks(flags, "probe-networks"),
        ClusterDomain = flags.Required("cluster-domain"),
        Identities = new IdentityNames(flags.Required("control-plane-namespace"), flags.Required("identity-domain")),
        GlobalEgressNamespace = flags.Required("global-egress-network-namespace"),
        AllowRequestHeaders = flags.Switch("allow-l5d-request-headers"),
    };

    [LoggerMessage(60, LogLevel.Information, "serving the policy APIs on {Address}")]
    private static partial void Serving(ILogger log, string address);

    [LoggerMessage(63, LogLevel.Warning, "the lease for writing statuses could not be had, trying again: {Reason}")]
    private static partial void LeaseFailed(ILogger log, string reason);

    [LoggerMessage(62, LogLevel.Warning, "a resource cannot be used: {Reason}")]
    private static partial void Invalid(ILogger log, string reason);

    [LoggerMessage(61, LogLevel.Warning, "following the cluster failed, trying again: {Reason}")]
    private static partial void WatchFailed(ILogger log, string reason);
}
