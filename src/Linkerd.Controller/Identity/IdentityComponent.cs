using Linkerd.Controller.Identity.Index;
using Linkerd.Controller.Identity.Serve;
using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;
using Microsoft.Extensions.Logging;

namespace Linkerd.Controller.Identity;

/// <summary>The certificate authority of the mesh.</summary>
internal sealed partial class IdentityComponent : IComponent
{
    public string Name => "identity";

    public string Summary => "signs the certificates of proxies";

    public string Description => """
        Serves the Identity API (gRPC): signs a proxy's certificate when its pod proves who it is with a service account
        token, which the API server reviews. Also streams the trust anchors to proxies.

        Issuer and trust anchors are files, mounted from a Secret and a ConfigMap, or with --identity-issuer-secret the Secret
        itself, followed through the API. They are taken anew when they change: /ready on the admin port answers 200 while there is a valid issuer, and issuer_cert_ttl_seconds on /metrics says how
        long it will last.
        """;

    public void Declare(FlagSet flags)
    {
        flags.Add("addr", ":8080", "address of the gRPC server");
        flags.Add("admin-addr", ":9990", "address of the admin server");
        flags.Add("controller-namespace", "linkerd", "namespace of the control plane, part of every identity");
        flags.Add("identity-trust-domain", "cluster.local", "trust domain, the end of every identity");
        flags.Add("identity-issuance-lifetime", "24h0m0s", "how long an issued certificate is valid");
        flags.Add("identity-clock-skew-allowance", "20s", "how far clocks may differ: certificates are valid so much earlier and later");
        flags.Add("identity-scheme", "linkerd.io/tls", "form of the issuer: linkerd.io/tls (crt.pem, key.pem) or kubernetes.io/tls (tls.crt, tls.key)");
        flags.Add("identity-issuer-dir", "/var/run/linkerd/identity/issuer", "folder with the issuer's certificate and key");
        flags.Add("identity-issuer-secret", "", "Secret of the control plane's namespace to follow instead of a folder: Opaque (crt.pem, key.pem) or kubernetes.io/tls (tls.crt, tls.key), either with ca.crt where no file has the trust anchors");
        flags.Add("identity-trust-anchors", "/var/run/linkerd/identity/trust-roots/ca-bundle.crt", "file with the trust anchors (PEM)");
        flags.Add("kube-apiclient-qps", "100", "accepted and not used");
        flags.Add("kube-apiclient-burst", "200", "accepted and not used");
        flags.AddSwitch("enable-pprof", false, "accepted and not used");
    }

    public async Task RunAsync(ComponentContext context, CancellationToken cancel)
    {
        var flags = context.Flags;
        var log = context.Logs.CreateLogger(Name);
        var settings = ReadSettings(flags);
        var listen = flags.Listen("addr");
        using var kubernetes = context.Kubernetes();
        var events = new EventRecorder(kubernetes, settings.ControllerNamespace, context.Time, log);
        await using var secret = FollowSecret(flags, kubernetes, context.Time, log);
        if (secret is not null)
            await secret.WaitForSyncAsync(cancel);
        var store = new IssuerStore(Source(flags, secret), context.Time, events);
        store.Reload();
        context.Metrics.Gauge("issuer_cert_ttl_seconds", "Seconds until the identity issuer's certificate expires.", () => store.TimeToLive);
        await using var admin = await AdminServer.StartAsync(context, flags.Listen("admin-addr"), () => store.Issuer is not null, cancel);
        var identity = new IdentityService(settings, store, new TokenValidator(kubernetes).ValidateAsync, events, context.Time, log);
        var anchors = new TrustAnchorsService(store);
        await using var server = await GrpcHost.StartAsync(
            context,
            listen,
            endpoints =>
            {
                identity.Map(endpoints);
                anchors.Map(endpoints);
            },
            cancel);
        Serving(log, server.EndPoint.ToString());
        await Task.WhenAll(store.FollowAsync(cancel), events.RunAsync(cancel));
    }

    private static IdentitySettings ReadSettings(FlagSet flags) => new()
    {
        ControllerNamespace = flags.Required("controller-namespace"),
        TrustDomain = flags.Required("identity-trust-domain"),
        Lifetime = flags.Duration("identity-issuance-lifetime") is var lifetime && lifetime > TimeSpan.Zero
            ? lifetime
            : throw FlagSet.Fault("identity-issuance-lifetime", flags.Text("identity-issuance-lifetime"), "a duration longer than 0"),
        ClockSkew = flags.Duration("identity-clock-skew-allowance"),
    };

    private static Informer<Secret>? FollowSecret(FlagSet flags, KubernetesClient client, TimeProvider time, ILogger log)
    {
        if (flags.Text("identity-issuer-secret") is not { Length: > 0 } name)
            return null;
        // One object only: the account needs no right to read other Secrets.
        var options = new InformerOptions { FieldSelector = "metadata.name=" + name, Time = time, OnError = e => FollowFailed(log, name, e.Message) };
        var informer = new Informer<Secret>(client.Resource(Resources.Secrets, flags.Required("controller-namespace")), options);
        informer.Start();
        return informer;
    }

    private static IIssuerSource Source(FlagSet flags, Informer<Secret>? secret)
    {
        var scheme = flags.Text("identity-scheme");
        if (scheme is not ("linkerd.io/tls" or "kubernetes.io/tls"))
            throw FlagSet.Fault("identity-scheme", scheme, "linkerd.io/tls or kubernetes.io/tls");
        var anchors = flags.Required("identity-trust-anchors");
        if (secret is null)
            return IssuerFiles.ForScheme(scheme, flags.Required("identity-issuer-dir"), anchors);
        var (ns, name) = (flags.Required("controller-namespace"), flags.Text("identity-issuer-secret"));
        return new IssuerSecret($"{ns}/{name}", () => secret.Get(ns, name), anchors);
    }

    [LoggerMessage(50, LogLevel.Information, "serving the Identity API on {Address}")]
    private static partial void Serving(ILogger log, string address);

    [LoggerMessage(51, LogLevel.Warning, "following Secret {Name} failed, trying again: {Reason}")]
    private static partial void FollowFailed(ILogger log, string name, string reason);
}
