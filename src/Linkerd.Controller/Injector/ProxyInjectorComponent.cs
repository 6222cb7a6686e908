using Linkerd.Components.Webhooks;
using Linkerd.Kubernetes;
using Microsoft.Extensions.Logging;

namespace Linkerd.Controller.Injector;

/// <summary>The mutating webhook that adds proxies to pods.</summary>
internal sealed class ProxyInjectorComponent : IComponent
{
    public string Name => "proxy-injector";

    public string Summary => "adds the proxy to new pods";

    public string Description => """
        A mutating admission webhook (HTTPS, port 8443). Pods whose template or namespace carries the annotation
        linkerd.io/inject: enabled get the proxy and its init container; configuration annotations of the namespace reach
        the pod; Services and other pods get the opaque-ports annotation.
        """;

    public void Declare(FlagSet flags)
    {
        flags.Add("addr", ":8443", "address of the webhook");
        flags.Add("admin-addr", ":9995", "address of the admin server");
        flags.Add("linkerd-namespace", "linkerd", "namespace of the control plane");
        flags.Add("values", "/var/run/linkerd/config/values", "file with the values that injection starts from");
        flags.Add("trust-roots", "/var/run/linkerd/identity/trust-roots/ca-bundle.crt", "file with the trust anchors");
        flags.Add("tls", "/var/run/linkerd/tls", "folder with tls.crt and tls.key of the webhook");
    }

    public async Task RunAsync(ComponentContext context, CancellationToken cancel)
    {
        var flags = context.Flags;
        var log = context.Logs.CreateLogger(Name);
        var config = new InjectorConfig(flags.Required("values"), flags.Required("trust-roots"), context.Time);
        var certificate = WebhookCertificate.InFolder(flags.Required("tls"), context.Time);
        // What is missing is said at the start, not at the first pod.
        _ = config.Current;
        _ = certificate.Current;

        using var client = context.Kubernetes();
        await using var informers = new InformerFactory(client, new InformerOptions { Time = context.Time, OnError = e => InformerLog.Failed(log, e.Message) });
        var namespaces = informers.For(Resources.Namespaces);
        var version = new ServerVersion(client, context.Time);
        var events = new EventRecorder(client, log, context.Time);
        var webhook = new InjectorWebhook(
            flags.Required("linkerd-namespace"), () => config.Current, new NamespaceLookup(client, namespaces), new OwnerResolver(client),
            version, events, new InjectorMetrics(context.Metrics), log);

        await using var admin = await AdminServer.StartAsync(context, flags.Listen("admin-addr"), () => informers.HasSynced, cancel);
        await using var server = await AdmissionServer.StartAsync(context, flags.Listen("addr"), certificate, webhook.ReviewAsync, cancel);
        informers.Start();
        await informers.WaitForSyncAsync(cancel);
        await version.GetAsync(cancel);
        await events.RunAsync(cancel);
    }
}
