using System.Text.Json.Nodes;
using Linkerd.Inject.Containers;
using Linkerd.Inject.Values;

namespace Linkerd.Inject.ControlPlane;

/// <summary>Adds the proxy to the control plane's own pods, which no webhook does.</summary>
internal static class ControlPlaneProxy
{
    public static void AddTo(JsonObject deployment, InjectValues values, ControlPlaneOptions options)
    {
        var template = deployment.Object("spec").Object("template")!;
        var spec = template.Object("spec")!;
        var annotations = template.Object("metadata").Object("annotations")!;
        annotations[Annotations.ProxyVersion] = values.LinkerdVersion;
        annotations[Annotations.TrustRootSha256] = Injector.TrustRootHash(values.IdentityTrustAnchorsPem);
        annotations["cluster-autoscaler.kubernetes.io/safe-to-evict"] = "true";

        var own = Configure(deployment.Object("metadata").String("name")!, spec, values, options.ServerVersion?.HasNativeSidecars ?? false);
        var proxy = ProxyContainer.Build(own, options.Namespace);
        var inits = new JsonArray(own.CniEnabled ? ValidatorContainer.Build(own) : InitContainer.Build(own));
        var containers = spec.Array("containers")!;
        if (own.Proxy.NativeSidecar)
            inits.Add((JsonNode)proxy);
        else if (own.Proxy.Await)
            containers.Insert(0, proxy);
        else
            containers.Add((JsonNode)proxy);
        spec["initContainers"] = inits;

        var volumes = spec.Array("volumes")!;
        if (!own.CniEnabled)
            volumes.Add((JsonNode)Volumes.XtablesLock(own.ProxyInit));
        if (own.Identity.ServiceAccountTokenProjection)
            volumes.Add((JsonNode)Volumes.IdentityToken());
        volumes.Add((JsonNode)Volumes.EndEntity());
        if (own.Proxy.Tracing.Enabled)
            volumes.Add((JsonNode)Volumes.PodInfo());
    }

    private static InjectValues Configure(string component, JsonObject spec, InjectValues values, bool nativeSidecars)
    {
        var proxy = values.Proxy with
        {
            Component = component,
            LoadTrustBundleFromConfigMap = true,
            // Webhook calls and probes come from outside of the cluster's networks too.
            DefaultInboundPolicy = "all-unauthenticated",
            OutboundDiscoveryCacheUnusedTimeout = "5s",
            InboundDiscoveryCacheUnusedTimeout = "90s",
            NativeSidecar = values.Proxy.NativeSidecar && nativeSidecars,
            WaitBeforeExitSeconds = 0,
            Capabilities = new CapabilityValues { Drop = ["ALL"] },
            PodInboundPorts = string.Join(',', spec.Objects("containers").SelectMany(c => c.Objects("ports")).Select(p => p.Int("containerPort")).Order()),
        };
        if (component == "linkerd-identity")
        {
            // Its proxy is certified by the container beside it, so neither can wait for the other; policies cannot be
            // discovered before there is an identity, so TLS on the signing port is enforced here.
            proxy = proxy with { Await = false, NativeSidecar = false, RequireTlsOnInboundPorts = "8080" };
        }
        return values with
        {
            Proxy = proxy,
            // The API server is reached before the proxy can proxy, so these connections never go through it.
            ProxyInit = values.ProxyInit with { IgnoreOutboundPorts = values.ProxyInit.KubeApiServerPorts },
        };
    }
}
