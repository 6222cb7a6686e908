using Linkerd.Components.Webhooks;
using Linkerd.Kubernetes;
using Microsoft.Extensions.Logging;

namespace Linkerd.Viz.TapInjector;

/// <summary>The mutating webhook that lets tap observe meshed pods.</summary>
internal sealed partial class TapInjectorComponent : IComponent
{
    public string Name => "tap-injector";

    public string Summary => "lets tap observe new pods";

    public string Description => """
        A mutating admission webhook (HTTPS, port 8443): new pods with a proxy get the name of the tap service's identity in
        LINKERD2_PROXY_TAP_SVC_NAME, unless they or their namespace have the annotation viz.linkerd.io/disable-tap: "true".
        """;

    public void Declare(FlagSet flags)
    {
        flags.Add("addr", ":8443", "address of the webhook");
        flags.Add("metrics-addr", ":9995", "address of the admin server");
        flags.Add("tap-service-name", "tap.linkerd-viz.serviceaccount.identity.linkerd.cluster.local", "identity of the tap service");
        flags.Add("tls", "/var/run/linkerd/tls", "folder with tls.crt and tls.key of the webhook");
        flags.AddSwitch("enable-pprof", false, "accepted and not used");
    }

    public async Task RunAsync(ComponentContext context, CancellationToken cancel)
    {
        var flags = context.Flags;
        var log = context.Logs.CreateLogger(Name);
        var certificate = WebhookCertificate.InFolder(flags.Required("tls"), context.Time);
        _ = certificate.Current;
        var identity = flags.Required("tap-service-name");

        using var client = context.Kubernetes();
        await using var informers = new InformerFactory(client, new InformerOptions { Time = context.Time, OnError = e => WatchFailed(log, e.Message) });
        var namespaces = informers.For(Resources.Namespaces);
        await using var admin = await AdminServer.StartAsync(context, flags.Listen("metrics-addr"), () => informers.HasSynced, cancel);
        informers.Start();
        await informers.WaitForSyncAsync(cancel);
        await using var server = await AdmissionServer.StartAsync(
            context,
            flags.Listen("addr"),
            certificate,
            (review, _) => Task.FromResult(TapInjection.Answer(review, identity, ns => namespaces.Get("", ns)?.Metadata.Annotations)),
            cancel);
        await Waiting.UntilAsync(cancel);
    }

    [LoggerMessage(1, LogLevel.Warning, "watch: {Reason}")]
    private static partial void WatchFailed(ILogger log, string reason);
}
