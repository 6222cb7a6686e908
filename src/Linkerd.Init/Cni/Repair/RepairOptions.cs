using System.Net;
using Linkerd.Init.Flags;

namespace Linkerd.Init.Cni.Repair;

/// <summary>The command line of the repair controller; each flag has its variable.</summary>
internal sealed class RepairOptions
{
    private const string Prefix = "LINKERD_CNI_REPAIR_CONTROLLER_";

    private RepairOptions(Func<string, string?> environment)
    {
        NodeName = environment(Prefix + "NODE_NAME") ?? "";
        PodName = environment(Prefix + "POD_NAME") ?? "";
        LogLevel = environment(Prefix + "LOG_LEVEL") is { Length: > 0 } level ? level : "info";
        LogFormat = environment(Prefix + "LOG_FORMAT") is { Length: > 0 } format ? format : "plain";
    }

    /// <summary>The node whose pods are watched.</summary>
    public string NodeName { get; private set; }

    /// <summary>Name of the controller's own pod, for events.</summary>
    public string PodName { get; private set; }

    public string LogLevel { get; private set; }

    public string LogFormat { get; private set; }

    /// <summary>Where /live, /ready and /metrics are served.</summary>
    public IPEndPoint AdminAddress { get; private set; } = new(IPAddress.Any, 8080);

    /// <exception cref="FlagException">The command line or a variable is wrong.</exception>
    public static RepairOptions Parse(string[] args, Func<string, string?> environment)
    {
        var options = new RepairOptions(environment);
        var rest = options.Flags().Parse(args);
        if (rest.Length != 0)
            throw new FlagException($"unknown argument \"{rest[0]}\"");
        if (options.NodeName.Length == 0)
            throw new FlagException($"--node-name or {Prefix}NODE_NAME must be set");
        if (options.PodName.Length == 0)
            throw new FlagException($"--controller-pod-name or {Prefix}POD_NAME must be set");
        return options;
    }

    public static string Help() => new RepairOptions(static _ => null).Flags().Help();

    private FlagSet Flags() => new FlagSet("linkerd-cni-repair-controller", "Deletes pods of this node that were started before the CNI plugin was there, so that they start anew.")
        .Text("node-name", '\0', $"Node whose pods are watched [{Prefix}NODE_NAME]", v => NodeName = v)
        .Text("controller-pod-name", '\0', $"Name of this pod [{Prefix}POD_NAME]", v => PodName = v)
        .Text("admin-addr", '\0', "Address of /live, /ready and /metrics (default 0.0.0.0:8080)", v => AdminAddress = IPEndPoint.TryParse(v, out var address) && address.Port != 0
            ? address
            : throw new FlagException("must be an address with a port, such as 0.0.0.0:9990"))
        .Text("log-level", '\0', $"debug, info, warn or error [{Prefix}LOG_LEVEL]", v => LogLevel = v)
        .Text("log-format", '\0', $"plain or json [{Prefix}LOG_FORMAT]", v => LogFormat = v);
}
