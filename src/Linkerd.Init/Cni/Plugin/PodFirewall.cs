using System.Globalization;
using Linkerd.Init.Firewall;
using Linkerd.Init.Flags;
using Linkerd.Init.Logging;

namespace Linkerd.Init.Cni.Plugin;

/// <summary>Writes a pod's rules: those of proxy-init, with the plugin's configuration and the pod's annotations for flags.</summary>
internal static class PodFirewall
{
    /// <exception cref="CniException">A value is wrong, or iptables failed.</exception>
    public static void Write(NetworkConfig config, MeshedPod pod, string netNs, InitLog log)
    {
        var options = Options(Flags(config, pod, netNs));
        log.Debug($"writing the rules of {netNs}");
        if (new ProxyInitCommand(options, log, new CommandRunner(options, log)).Run() != 0)
            throw new CniException(CniErrorCode.Firewall, "cannot write the pod's iptables rules", log.FirstError);
    }

    /// <summary>The command line of proxy-init that has the same effect.</summary>
    public static string[] Flags(NetworkConfig config, MeshedPod pod, string netNs)
    {
        var flags = new List<string> { "--netns", netNs };
        Add("incoming-proxy-port", Text(config.Number("incoming-proxy-port")));
        Add("outgoing-proxy-port", Text(config.Number("outgoing-proxy-port")));
        Add("proxy-uid", pod.Annotation("proxy-uid") ?? Text(config.Number("proxy-uid")));
        Add("proxy-gid", pod.Annotation("proxy-gid") ?? Text(config.Number("proxy-gid")));
        AddList("ports-to-redirect", config.List("ports-to-redirect"));
        AddList("inbound-ports-to-ignore", [.. config.List("inbound-ports-to-ignore"), .. Split(pod.Annotation("skip-inbound-ports"))]);
        var outbound = pod.Annotation("skip-outbound-ports") is { } own ? Split(own) : config.List("outbound-ports-to-ignore");
        AddList("outbound-ports-to-ignore", [.. outbound, .. pod.ApiServerPorts]);
        AddList("subnets-to-ignore", Split(pod.Annotation("skip-subnets")));
        Add("iptables-mode", config.Text("iptables-mode") is { Length: > 0 } mode ? mode : null);
        flags.Add($"--use-wait-flag={Bool(config.Switch("use-wait-flag") ?? false)}");
        flags.Add($"--simulate={Bool(config.Switch("simulate") ?? false)}");
        flags.Add($"--ipv6={Bool(config.Switch("ipv6") ?? true)}");
        return [.. flags];

        void Add(string name, string? value)
        {
            if (value is not null)
                flags.AddRange(["--" + name, value]);
        }

        void AddList(string name, IReadOnlyList<string> values) => Add(name, values.Count == 0 ? null : string.Join(',', values));
    }

    private static ProxyInitOptions Options(string[] flags)
    {
        try
        {
            return ProxyInitOptions.Parse(flags);
        }
        catch (FlagException e)
        {
            throw new CniException(CniErrorCode.InvalidConfiguration, $"the plugin's configuration or an annotation of the pod is wrong: {e.Message}");
        }
    }

    private static string[] Split(string? list) => (list ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static string? Text(int? number) => number?.ToString(CultureInfo.InvariantCulture);

    private static string Bool(bool value) => value ? "true" : "false";
}
