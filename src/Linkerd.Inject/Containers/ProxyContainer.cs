using System.Globalization;
using System.Text.Json.Nodes;
using Linkerd.Inject.Values;

namespace Linkerd.Inject.Containers;

/// <summary>linkerd-proxy, as a native sidecar or as an ordinary container according to <see cref="ProxyValues.NativeSidecar"/>.</summary>
internal static class ProxyContainer
{
    public const string Name = "linkerd-proxy";

    public static JsonObject Build(InjectValues values, string controlPlaneNamespace)
    {
        var proxy = values.Proxy;
        var container = new JsonObject
        {
            ["env"] = ProxyEnvironment.Build(values, controlPlaneNamespace),
            ["image"] = ContainerParts.Image(proxy.Image, values),
            ["imagePullPolicy"] = ContainerParts.PullPolicy(proxy.Image, values),
        };
        if (!proxy.NativeSidecar && Lifecycle(proxy) is { } lifecycle)
            container["lifecycle"] = lifecycle;
        container["livenessProbe"] = Probe("/live", proxy.Ports.Admin, proxy.LivenessProbe);
        container["name"] = Name;
        container["ports"] = new JsonArray(
            new JsonObject { ["containerPort"] = proxy.Ports.Inbound, ["name"] = "linkerd-proxy" },
            new JsonObject { ["containerPort"] = proxy.Ports.Admin, ["name"] = "linkerd-admin" });
        container["readinessProbe"] = Probe("/ready", proxy.Ports.Admin, proxy.ReadinessProbe);
        if (ContainerParts.Resources(proxy.Resources) is { } resources)
            container["resources"] = resources;
        if (proxy.NativeSidecar)
            container["restartPolicy"] = "Always";
        container["securityContext"] = SecurityContext(proxy);
        if (proxy is { NativeSidecar: true, Await: true })
            container["startupProbe"] = StartupProbe(proxy);
        container["terminationMessagePolicy"] = "FallbackToLogsOnError";
        container["volumeMounts"] = Mounts(values);
        return container;
    }

    private static JsonObject? Lifecycle(ProxyValues proxy)
    {
        var lifecycle = new JsonObject();
        if (proxy.Await)
            lifecycle["postStart"] = Exec("/usr/lib/linkerd/linkerd-await", "--timeout=2m", $"--port={proxy.Ports.Admin}");
        if (proxy.WaitBeforeExitSeconds != 0)
            lifecycle["preStop"] = Exec("/bin/sleep", proxy.WaitBeforeExitSeconds.ToString(CultureInfo.InvariantCulture));
        return lifecycle.Count == 0 ? null : lifecycle;
    }

    private static JsonObject Exec(params string[] command) => new() { ["exec"] = new JsonObject { ["command"] = ContainerParts.Strings(command) } };

    private static JsonObject Probe(string path, int port, ProbeValues probe) => new()
    {
        ["httpGet"] = ContainerParts.HttpGet(path, port),
        ["initialDelaySeconds"] = probe.InitialDelaySeconds,
        ["timeoutSeconds"] = probe.TimeoutSeconds,
    };

    private static JsonObject StartupProbe(ProxyValues proxy) => new()
    {
        ["failureThreshold"] = proxy.StartupProbe.FailureThreshold,
        ["httpGet"] = ContainerParts.HttpGet("/ready", proxy.Ports.Admin),
        ["initialDelaySeconds"] = proxy.StartupProbe.InitialDelaySeconds,
        ["periodSeconds"] = proxy.StartupProbe.PeriodSeconds,
    };

    private static JsonObject SecurityContext(ProxyValues proxy)
    {
        if (proxy.SecurityContext.Count != 0)
            return (JsonObject)proxy.SecurityContext.DeepClone();
        var context = new JsonObject { ["allowPrivilegeEscalation"] = false };
        if (proxy.Capabilities is { } capabilities)
        {
            var both = new JsonObject();
            if (capabilities.Add.Count != 0)
                both["add"] = ContainerParts.Strings(capabilities.Add);
            if (capabilities.Drop.Count != 0)
                both["drop"] = ContainerParts.Strings(capabilities.Drop);
            context["capabilities"] = both;
        }
        context["readOnlyRootFilesystem"] = true;
        if (proxy.Gid >= 0)
            context["runAsGroup"] = proxy.Gid;
        context["runAsNonRoot"] = true;
        context["runAsUser"] = proxy.Uid;
        context["seccompProfile"] = ContainerParts.SeccompRuntimeDefault();
        return context;
    }

    private static JsonArray Mounts(InjectValues values)
    {
        var mounts = new JsonArray(ContainerParts.Mount(Volumes.EndEntityPath, Volumes.EndEntityName));
        if (values.Proxy.Tracing.Enabled)
            mounts.Add((JsonNode)ContainerParts.Mount(Volumes.PodInfoPath, Volumes.PodInfoName));
        if (values.Identity.ServiceAccountTokenProjection)
            mounts.Add((JsonNode)ContainerParts.Mount(Volumes.TokenPath, Volumes.TokenName));
        if (values.Proxy.SaMountPath is { } account)
            mounts.Add((JsonNode)ContainerParts.Mount(account));
        return mounts;
    }
}
