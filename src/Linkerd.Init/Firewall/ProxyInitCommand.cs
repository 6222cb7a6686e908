using System.Globalization;
using Linkerd.Init.Flags;
using Linkerd.Init.Logging;

namespace Linkerd.Init.Firewall;

/// <summary>proxy-init: lists the rules, writes ours by iptables, lists them again; the same for IPv6.</summary>
internal sealed class ProxyInitCommand(ProxyInitOptions options, InitLog log, CommandRunner runner)
{
    private const string CloseWait = "/proc/sys/net/netfilter/nf_conntrack_tcp_timeout_close_wait";

    public static int Run(string[] args)
    {
        if (args.Any(a => a is "-h" or "--help"))
        {
            Console.Out.Write(ProxyInitOptions.Help());
            return 0;
        }
        var log = new InitLog(Console.Error, TimeProvider.System);
        try
        {
            var options = ProxyInitOptions.Parse(args);
            log.SetFormat(options.LogFormat);
            if (!log.TrySetLevel(options.LogLevel))
                throw new FlagException($"not a valid log level: \"{options.LogLevel}\"; use debug, info, warn or error");
            return new ProxyInitCommand(options, log, new CommandRunner(options, log)).Run();
        }
        catch (FlagException e)
        {
            Console.Error.WriteLine($"Error: {e.Message}");
            return 1;
        }
    }

    public int Run()
    {
        if (!options.Simulate)
            AmbientCapabilities.Raise(log);
        if (options.CloseWaitSeconds != 0 && !SetCloseWait())
            return 1;
        return Configure(ipv6: false) && (!options.Ipv6 || Configure(ipv6: true)) ? 0 : 1;
    }

    private bool Configure(bool ipv6)
    {
        var wanted = FirewallTools.Of(options.Mode, ipv6);
        // A simulation says what the flags ask for, on machines without iptables too.
        var tools = options.Simulate ? wanted : FirewallTools.Choose(options.Mode, ipv6, FirewallTools.ExistsOnPath);
        if (tools != wanted)
            log.Warn($"{wanted.Command} or {wanted.Save} not found; {tools.Command} is used instead");
        if (runner.Run(tools.Save, ["-t", "nat"]) is not { } existing)
        {
            log.Error("aborting firewall configuration");
            return false;
        }
        foreach (var command in new FirewallRules(options, ipv6, existing, log.Error).Build())
        {
            if (runner.Run(tools.Command, options.UseWaitFlag ? [.. command, "-w"] : command) is null)
                return false;
        }
        runner.Run(tools.Save, ["-t", "nat"]);
        return true;
    }

    private bool SetCloseWait()
    {
        log.Info($"net.netfilter.nf_conntrack_tcp_timeout_close_wait = {options.CloseWaitSeconds}");
        if (options.Simulate)
            return true;
        try
        {
            File.WriteAllText(CloseWait, options.CloseWaitSeconds.ToString(CultureInfo.InvariantCulture));
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.Error($"cannot write {CloseWait}: {e.Message}; --timeout-close-wait-secs needs a privileged container that runs as root");
            return false;
        }
    }
}
