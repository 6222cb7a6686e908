using System.Globalization;
using System.Text.Json.Nodes;
using Linkerd.Inject.Values;

namespace Linkerd.Inject.Containers;

/// <summary>linkerd-init: writes the redirect rules before anything else in the pod runs.</summary>
internal static class InitContainer
{
    public const string Name = "linkerd-init";

    /// <exception cref="InjectException">The values contradict each other.</exception>
    public static JsonObject Build(InjectValues values)
    {
        var proxy = values.Proxy;
        var container = new JsonObject
        {
            ["args"] = ContainerParts.Strings(Arguments(values)),
            ["command"] = ContainerParts.Strings("/usr/lib/linkerd/linkerd2-proxy-init"),
            ["image"] = ContainerParts.Image(proxy.Image, values),
            ["imagePullPolicy"] = ContainerParts.PullPolicy(proxy.Image, values),
            ["name"] = Name,
        };
        if (ContainerParts.Resources(proxy.Resources) is { } resources)
            container["resources"] = resources;
        container["securityContext"] = SecurityContext(values.ProxyInit);
        container["terminationMessagePolicy"] = "FallbackToLogsOnError";
        var mounts = new JsonArray(ContainerParts.Mount(values.ProxyInit.XtMountPath.MountPath, values.ProxyInit.XtMountPath.Name));
        if (proxy.SaMountPath is { } account)
            mounts.Add((JsonNode)ContainerParts.Mount(account));
        container["volumeMounts"] = mounts;
        return container;
    }

    private static List<string> Arguments(InjectValues values)
    {
        var init = values.ProxyInit;
        var ports = values.Proxy.Ports;
        var args = new List<string>();
        if (init.IptablesMode == "nft")
            args.AddRange(["--firewall-bin-path", "iptables-nft", "--firewall-save-bin-path", "iptables-nft-save"]);
        else if (init.IptablesMode != "legacy")
            throw new InjectException($"Unsupported value \"{init.IptablesMode}\" for proxyInit.iptablesMode\nValid values: [\"nft\", \"legacy\"]");
        if (values.DisableIpv6)
            args.Add("--ipv6=false");
        args.AddRange(["--incoming-proxy-port", Text(ports.Inbound), "--outgoing-proxy-port", Text(ports.Outbound), "--proxy-uid", Text(values.Proxy.Uid)]);
        if (values.Proxy.Gid >= 0)
            args.AddRange(["--proxy-gid", Text(values.Proxy.Gid)]);
        args.AddRange(["--inbound-ports-to-ignore", $"{ports.Control},{ports.Admin}{(init.IgnoreInboundPorts.Length != 0 ? "," + init.IgnoreInboundPorts : "")}"]);
        Add("--outbound-ports-to-ignore", init.IgnoreOutboundPorts);
        if (init.CloseWaitTimeoutSecs != 0)
            Add("--timeout-close-wait-secs", Text(init.CloseWaitTimeoutSecs));
        Add("--log-format", init.LogFormat);
        Add("--log-level", init.LogLevel);
        Add("--subnets-to-ignore", init.SkipSubnets);
        return args;

        void Add(string flag, string value)
        {
            if (value.Length != 0)
                args.AddRange([flag, value]);
        }
    }

    private static JsonObject SecurityContext(ProxyInitValues init)
    {
        // The sysctl of the close-wait timeout can be written by a privileged root only.
        var privileged = init.CloseWaitTimeoutSecs != 0 || init.Privileged;
        if (init.CloseWaitTimeoutSecs != 0 && !init.RunAsRoot)
            throw new InjectException("proxyInit.runAsRoot must be set to use proxyInit.closeWaitTimeoutSecs");
        var capabilities = new JsonObject { ["add"] = ContainerParts.Strings(["NET_ADMIN", "NET_RAW", .. init.Capabilities?.Add ?? []]) };
        if (init.Capabilities?.Drop is { Count: > 0 } drop)
            capabilities["drop"] = ContainerParts.Strings(drop);
        return new JsonObject
        {
            ["allowPrivilegeEscalation"] = privileged,
            ["capabilities"] = capabilities,
            ["privileged"] = privileged,
            ["readOnlyRootFilesystem"] = true,
            ["runAsGroup"] = init.RunAsRoot ? 0 : init.RunAsGroup == 0 ? 65534 : init.RunAsGroup,
            ["runAsNonRoot"] = !init.RunAsRoot,
            ["runAsUser"] = init.RunAsRoot ? 0 : init.RunAsUser == 0 ? 65534 : init.RunAsUser,
            ["seccompProfile"] = ContainerParts.SeccompRuntimeDefault(),
        };
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
