using System.Globalization;

namespace Linkerd.Init.Firewall;

/// <summary>
/// The rules as arguments of iptables. Order, argument order and comments are a contract: tools and people recognise
/// them in <c>iptables-save</c>. Each chain is filled before the jump to it is added, so that no packet meets half of it.
/// </summary>
internal sealed class FirewallRules(ProxyInitOptions options, bool ipv6, string existingRules, Action<string> warn)
{
    private const string RedirectChain = "PROXY_INIT_REDIRECT";
    private const string OutputChain = "PROXY_INIT_OUTPUT";

    /// <summary>The multiport match takes at most 15 ports, of which a range counts two.</summary>
    private const int MultiportLimit = 15;

    private readonly List<string[]> _commands = [];

    /// <summary>All commands, in order, each without the name of the binary.</summary>
    public IReadOnlyList<string[]> Build()
    {
        AddInbound();
        AddOutbound();
        return _commands;
    }

    private void AddInbound()
    {
        StartChain(RedirectChain);
        IgnorePorts(RedirectChain, options.InboundPortsToIgnore);
        foreach (var subnet in options.SubnetsToIgnore)
        {
            // A subnet concerns the tables of its own family; the other would refuse it.
            if (subnet.Contains(':') == ipv6)
                Append(RedirectChain, ["-p", "all", "-j", "RETURN", "-s", subnet], $"ignore-subnet-{subnet}");
        }
        if (options.PortsToRedirect.Count == 0)
            Append(RedirectChain, ["-p", "tcp", "-j", "REDIRECT", "--to-port", Text(options.IncomingPort)], "redirect-all-incoming-to-proxy-port");
        foreach (var port in options.PortsToRedirect)
        {
            Append(RedirectChain, ["-p", "tcp", "--destination-port", Text(port), "-j", "REDIRECT", "--to-port", Text(options.IncomingPort)],
                $"redirect-port-{port}-to-proxy-port");
        }
        JumpFrom("PREROUTING", RedirectChain, "install-proxy-init-prerouting");
    }

    private void AddOutbound()
    {
        StartChain(OutputChain);
        if (options.ProxyUid > 0)
            Append(OutputChain, ["-m", "owner", "--uid-owner", Text(options.ProxyUid), "-j", "RETURN"], "ignore-proxy-user-id");
        if (options.ProxyGid > 0)
            Append(OutputChain, ["-m", "owner", "--gid-owner", Text(options.ProxyGid), "-j", "RETURN"], "ignore-proxy-group-id");
        Append(OutputChain, ["-o", "lo", "-j", "RETURN"], "ignore-loopback");
        IgnorePorts(OutputChain, options.OutboundPortsToIgnore);
        Append(OutputChain, ["-p", "tcp", "-j", "REDIRECT", "--to-port", Text(options.OutgoingPort)], "redirect-all-outgoing-to-proxy-port");
        JumpFrom("OUTPUT", OutputChain, "install-proxy-init-output");
    }

    private void StartChain(string chain)
    {
        var exists = existingRules.Split('\n').Any(line => line.StartsWith($":{chain} ", StringComparison.Ordinal));
        _commands.Add(["-t", "nat", exists ? "-F" : "-N", chain]);
    }

    private void JumpFrom(string chain, string target, string comment)
    {
        var exists = existingRules.Split('\n').Any(line =>
            line.StartsWith($"-A {chain} ", StringComparison.Ordinal) && line.Contains($"-j {target}", StringComparison.Ordinal));
        if (!exists)
            Append(chain, ["-j", target], comment);
    }

    private void IgnorePorts(string chain, List<string> ports)
    {
        foreach (var chunk in Chunks(ports))
        {
            var list = string.Join(',', chunk);
            Append(chain, ["-p", "tcp", "--match", "multiport", "--dports", list, "-j", "RETURN"], $"ignore-port-{list}");
        }
    }

    private IEnumerable<List<string>> Chunks(List<string> ports)
    {
        var chunk = new List<string>();
        var used = 0;
        foreach (var entry in ports)
        {
            if (Destination(entry) is not { } destination)
                continue;
            var size = destination.Contains(':') ? 2 : 1;
            if (used + size > MultiportLimit)
            {
                yield return chunk;
                chunk = [];
                used = 0;
            }
            chunk.Add(destination);
            used += size;
        }
        if (chunk.Count != 0)
            yield return chunk;
    }

    /// <summary>A port, or a range in the form of iptables; a bad entry is said and left out, so that the pod still starts.</summary>
    private string? Destination(string entry)
    {
        var bounds = entry.Split('-');
        if (bounds.Length <= 2 && TryPort(bounds[0], out var lower) && TryPort(bounds[^1], out var upper) && lower <= upper)
            return lower == upper ? Text(lower) : $"{lower}:{upper}";
        warn($"invalid port configuration of \"{entry}\": must be a port of 1 to 65535 or a range such as 3000-4000");
        return null;
    }

    private static bool TryPort(string text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is > 0 and <= 65535;

    private void Append(string chain, string[] rule, string comment) =>
        _commands.Add(["-t", "nat", "-A", chain, .. rule, "-m", "comment", "--comment", "proxy-init/" + comment]);

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
