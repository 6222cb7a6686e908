using Linkerd.Components.Webhooks;
using Linkerd.Kubernetes;
using Linkerd.Stats.Reports;
using Microsoft.Extensions.Logging;

namespace Linkerd.Viz.Tap;

/// <summary>Live requests of whole resources, as an API of the cluster.</summary>
internal sealed partial class TapComponent : IComponent
{
    public string Name => "tap";

    public string Summary => "live requests, as the API tap.linkerd.io";

    public string Description => """
        Serves tap.linkerd.io/v1alpha1 (HTTPS, port 8089) behind the Kubernetes API server: finds the pods of a resource, observes
        their proxies over mTLS (port 4190, through the proxy beside this process) and streams what they tell. The API server
        vouches for the user; a SubjectAccessReview says whether the user may watch RESOURCE/tap.
        """;

    public void Declare(FlagSet flags)
    {
        flags.Add("apiserver-addr", ":8089", "address of the aggregated API");
        flags.Add("metrics-addr", ":9998", "address of the admin server");
        flags.Add("controller-namespace", "linkerd", "namespace of the control plane, part of every identity");
        flags.Add("identity-trust-domain", "cluster.local", "trust domain, the end of every identity");
        flags.Add("tap-port", "4190", "port of the proxies' tap servers");
        flags.Add("ignore-headers", "", "headers that are never shown, comma-separated");
        flags.Add("tls", "/var/run/linkerd/tls", "folder with tls.crt and tls.key of the API");
        flags.AddSwitch("enable-pprof", false, "accepted and not used");
    }

    public async Task RunAsync(ComponentContext context, CancellationToken cancel)
    {
        var flags = context.Flags;
        var log = context.Logs.CreateLogger(Name);
        var settings = new TapSettings(
            flags.Integer("tap-port", 1, ushort.MaxValue), flags.Required("controller-namespace"), flags.Required("identity-trust-domain"),
            flags.List("ignore-headers").Select(static h => h.ToLowerInvariant()).ToHashSet(StringComparer.Ordinal));
        var certificate = WebhookCertificate.InFolder(flags.Required("tls"), context.Time);
        _ = certificate.Current;

        using var client = context.Kubernetes();
        await using var informers = new InformerFactory(client, new InformerOptions { Time = context.Time, OnError = e => WatchFailed(log, e.Message) });
        var pods = new PodsByAddress();
        informers.For(Resources.Pods).AddHandler(pods);
        await using var admin = await AdminServer.StartAsync(context, flags.Listen("metrics-addr"), () => informers.HasSynced, cancel);
        var cronJobs = await ServedCronJobs.FindAsync(client, context.Time, e => WatchFailed(log, e), cancel);
        var objects = new CachedObjects(informers, client, cronJobs);
        using var auth = new RequestHeaderAuth(client, context.Time);
        var taps = context.Metrics.Counter("tap_requests_total", "Taps that were begun.", "resource");
        var api = new TapEndpoint(auth, new TapTargets(objects), new TapEvents(pods, settings.IgnoreHeaders), settings, client, taps, context.Time, log);
        informers.Start();
        await auth.LoadAsync(cancel);
        await informers.WaitForSyncAsync(cancel);
        await using var server = await TapServer.StartAsync(context, flags.Listen("apiserver-addr"), certificate, api.AnswerAsync, cancel);
        Serving(log, server.Address.ToString());
        await Waiting.UntilAsync(cancel);
    }

    [LoggerMessage(1, LogLevel.Information, "serving tap.linkerd.io on {Address}")]
    private static partial void Serving(ILogger log, string address);

    [LoggerMessage(2, LogLevel.Warning, "watch: {Reason}")]
    private static partial void WatchFailed(ILogger log, string reason);
}
