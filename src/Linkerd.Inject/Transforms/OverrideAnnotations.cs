using System.Globalization;
using Linkerd.Inject.Values;

namespace Linkerd.Inject.Transforms;

/// <summary>Says a difference between two sets of values as annotations: how flags of <c>linkerd inject</c> reach the webhook.</summary>
public static class OverrideAnnotations
{
    /// <summary>Annotations that turn <paramref name="original"/> into <paramref name="changed"/>.</summary>
    public static SortedDictionary<string, string> Between(InjectValues original, InjectValues changed)
    {
        var result = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var (before, after) = (original.Proxy, changed.Proxy);
        Add("proxy-image", before.Image.Name, after.Image.Name);
        Add("proxy-version", before.Image.Version, after.Image.Version);
        Add("image-pull-policy", before.Image.PullPolicy, after.Image.PullPolicy);
        Add("skip-inbound-ports", original.ProxyInit.IgnoreInboundPorts, changed.ProxyInit.IgnoreInboundPorts);
        Add("skip-outbound-ports", original.ProxyInit.IgnoreOutboundPorts, changed.ProxyInit.IgnoreOutboundPorts);
        Add("admin-port", Text(before.Ports.Admin), Text(after.Ports.Admin));
        Add("control-port", Text(before.Ports.Control), Text(after.Ports.Control));
        Add("inbound-port", Text(before.Ports.Inbound), Text(after.Ports.Inbound));
        Add("outbound-port", Text(before.Ports.Outbound), Text(after.Ports.Outbound));
        Add("opaque-ports", before.OpaquePorts, after.OpaquePorts);
        Add("debug-image", original.DebugContainer.Image.Name, changed.DebugContainer.Image.Name);
        Add("debug-image-version", original.DebugContainer.Image.Version, changed.DebugContainer.Image.Version);
        Add("proxy-uid", Text(before.Uid), Text(after.Uid));
        Add("proxy-gid", before.Gid < 0 ? "-" : Text(before.Gid), after.Gid < 0 ? "-" : Text(after.Gid));
        Add("proxy-log-level", before.LogLevel, after.LogLevel);
        Add("proxy-log-format", before.LogFormat, after.LogFormat);
        Add("proxy-require-identity-inbound-ports", before.RequireIdentityOnInboundPorts, after.RequireIdentityOnInboundPorts);
        Add("enable-external-profiles", Text(before.EnableExternalProfiles), Text(after.EnableExternalProfiles));
        Add("proxy-metrics-hostname-labels", Text(before.Metrics.HostnameLabels), Text(after.Metrics.HostnameLabels));
        Add("proxy-cpu-request", before.Resources.Cpu.Request, after.Resources.Cpu.Request);
        Add("proxy-cpu-limit", before.Resources.Cpu.Limit, after.Resources.Cpu.Limit);
        Add("proxy-memory-request", before.Resources.Memory.Request, after.Resources.Memory.Request);
        Add("proxy-memory-limit", before.Resources.Memory.Limit, after.Resources.Memory.Limit);
        Add("proxy-await", Switch(before.Await), Switch(after.Await));
        Add("default-inbound-policy", before.DefaultInboundPolicy, after.DefaultInboundPolicy);
        Add("access-log", before.AccessLog, after.AccessLog);
        Add("shutdown-grace-period", before.ShutdownGracePeriod, after.ShutdownGracePeriod);
        Add("proxy-enable-native-sidecar", Text(before.NativeSidecar), Text(after.NativeSidecar));
        if (before.WaitBeforeExitSeconds != after.WaitBeforeExitSeconds)
            result[Annotations.ConfigAlpha + "proxy-wait-before-exit-seconds"] = Text(after.WaitBeforeExitSeconds);
        if (before.IsIngress != after.IsIngress)
            result[Annotations.Inject] = "ingress";
        return result;

        void Add(string name, string was, string @is)
        {
            if (was != @is)
                result[Annotations.Config + name] = @is;
        }
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Text(bool value) => value ? "true" : "false";

    private static string Switch(bool value) => value ? "enabled" : "disabled";
}
