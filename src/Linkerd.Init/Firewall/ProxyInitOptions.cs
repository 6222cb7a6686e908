using System.Net;
using Linkerd.Init.Flags;

namespace Linkerd.Init.Firewall;

/// <summary>The command line of proxy-init.</summary>
internal sealed class ProxyInitOptions
{
    public int IncomingPort { get; private set; } = -1;

    public int OutgoingPort { get; private set; } = -1;

    public int ProxyUid { get; private set; } = -1;

    public int ProxyGid { get; private set; } = -1;

    public List<int> PortsToRedirect { get; } = [];

    public List<string> InboundPortsToIgnore { get; } = [];

    public List<string> OutboundPortsToIgnore { get; } = [];

    public List<string> SubnetsToIgnore { get; } = [];

    public bool Simulate { get; private set; }

    public string NetNs { get; private set; } = "";

    public bool UseWaitFlag { get; private set; }

    public int CloseWaitSeconds { get; private set; }

    public string LogFormat { get; private set; } = "plain";

    public string LogLevel { get; private set; } = "info";

    public bool Ipv6 { get; private set; } = true;

    public IptablesMode Mode { get; private set; }

    private string ModeText { get; set; } = "";

    private string FirewallBinPath { get; set; } = "";

    private string FirewallSaveBinPath { get; set; } = "";

    /// <exception cref="FlagException">The command line is wrong.</exception>
    public static ProxyInitOptions Parse(string[] args)
    {
        var options = new ProxyInitOptions();
        var rest = options.Flags().Parse(args);
        if (rest.Length != 0)
            throw new FlagException($"unknown argument \"{rest[0]}\"");
        options.Validate();
        return options;
    }

    public static string Help() => new ProxyInitOptions().Flags().Help();

    private FlagSet Flags() => new FlagSet("proxy-init", "proxy-init adds a Kubernetes pod to the service mesh.")
        .Number("incoming-proxy-port", 'p', "Port to redirect incoming traffic to", v => IncomingPort = v)
        .Number("outgoing-proxy-port", 'o', "Port to redirect outgoing traffic to", v => OutgoingPort = v)
        .Number("proxy-uid", 'u', "User id of the proxy; its own traffic is never redirected", v => ProxyUid = v)
        .Number("proxy-gid", 'g', "Group id of the proxy; its own traffic is never redirected", v => ProxyGid = v)
        .List("ports-to-redirect", 'r', "Inbound ports to redirect; all when there are none", v => PortsToRedirect.Add(Port(v)))
        .List("inbound-ports-to-ignore", '\0', "Inbound ports and inclusive ranges that are not redirected", InboundPortsToIgnore.Add)
        .List("outbound-ports-to-ignore", '\0', "Outbound ports and inclusive ranges that are not redirected", OutboundPortsToIgnore.Add)
        .List("subnets-to-ignore", '\0', "Source subnets whose inbound traffic is not redirected", SubnetsToIgnore.Add)
        .Switch("simulate", '\0', "Print the commands, run none", v => Simulate = v)
        .Text("netns", '\0', "Network namespace to run the commands in", v => NetNs = v)
        .Switch("use-wait-flag", 'w', "Append -w to the iptables commands", v => UseWaitFlag = v)
        .Number("timeout-close-wait-secs", '\0', "Set nf_conntrack_tcp_timeout_close_wait", v => CloseWaitSeconds = v)
        .Text("log-format", '\0', "plain or json", v => LogFormat = v)
        .Text("log-level", '\0', "debug, info, warn or error", v => LogLevel = v)
        .Text("iptables-mode", '\0', "legacy, nft or plain; overrides the two below", v => ModeText = v)
        .Text("firewall-bin-path", '\0', "iptables-legacy, iptables-nft or iptables", v => FirewallBinPath = v)
        .Text("firewall-save-bin-path", '\0', "The -save binary of the same", v => FirewallSaveBinPath = v)
        .Switch("ipv6", '\0', "Set rules by ip6tables too (default true)", v => Ipv6 = v);

    private static int Port(string text) =>
        int.TryParse(text, out var port) && port is > 0 and <= 65535 ? port : throw new FlagException($"\"{text}\" is not a port of 1 to 65535");

    private void Validate()
    {
        Mode = (ModeText, FirewallBinPath) switch
        {
            ("legacy", _) or ("", "" or "iptables-legacy") => IptablesMode.Legacy,
            ("nft", _) or ("", "iptables-nft") => IptablesMode.Nft,
            ("plain", _) or ("", "iptables") => IptablesMode.Plain,
            ("", _) => throw new FlagException("--firewall-bin-path valid values are only \"iptables-legacy\", \"iptables-nft\" and \"iptables\""),
            _ => throw new FlagException("--iptables-mode valid values are only \"legacy\", \"nft\" and \"plain\""),
        };
        if (IncomingPort is <= 0 or > 65535)
            throw new FlagException("--incoming-proxy-port must be a valid TCP port number");
        if (OutgoingPort is <= 0 or > 65535)
            throw new FlagException("--outgoing-proxy-port must be a valid TCP port number");
        foreach (var subnet in SubnetsToIgnore)
        {
            if (!subnet.Contains('/') || !TryParseSubnet(subnet))
                throw new FlagException($"{subnet} is not a valid CIDR address");
        }
    }

    /// <summary>Host bits may be set, as in 10.1.2.3/8: iptables masks them.</summary>
    private static bool TryParseSubnet(string subnet)
    {
        var slash = subnet.IndexOf('/');
        return IPAddress.TryParse(subnet.AsSpan(0, slash), out var address)
            && int.TryParse(subnet.AsSpan(slash + 1), out var length) && length >= 0 && length <= address.GetAddressBytes().Length * 8;
    }
}
