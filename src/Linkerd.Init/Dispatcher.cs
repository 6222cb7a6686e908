using System.Text;
using Linkerd.Init.Await;
using Linkerd.Init.Cni.Install;
using Linkerd.Init.Cni.Plugin;
using Linkerd.Init.Cni.Repair;
using Linkerd.Init.Firewall;
using Linkerd.Init.Identity;
using Linkerd.Init.Validator;

namespace Linkerd.Init;

/// <summary>One binary, several programs: chosen by the name it is called by, else by its first argument.</summary>
internal static class Dispatcher
{
    /// <summary>EX_USAGE.</summary>
    public const int UsageError = 64;

    private const string Usage = """
        linkerd2-init: the programs that prepare and accompany a proxy

          proxy-init          program iptables so that the pod's traffic goes through the proxy
          identity            make the proxy's key and certificate request, then run the proxy
          await               wait until the proxy is ready, and run a command
          network-validator   prove that connections are redirected to the proxy
          cni                 the CNI plugin: write a pod's iptables rules when its network is made
          cni-install         put the CNI plugin on a node, and keep it there
          cni-repair          delete pods that were started before the CNI plugin was there

        Also called by the names linkerd2-proxy-init, linkerd2-proxy-identity, linkerd-await, linkerd2-network-validator,
        linkerd-cni, linkerd-cni-install and linkerd-cni-repair-controller.
        """;

    /// <summary>Returns the exit code.</summary>
    public static int Run(string invokedAs, string[] args)
    {
        if (Find(Path.GetFileName(invokedAs)) is { } byName)
            return byName(args);
        if (args.Length != 0 && Find(args[0]) is { } bySubcommand)
            return bySubcommand(args[1..]);
        if (args is ["-h"] or ["--help"] or ["help"])
        {
            Console.Out.WriteLine(Usage);
            return 0;
        }
        Console.Error.WriteLine(args.Length == 0 ? Usage : $"unknown command \"{args[0]}\" for \"linkerd2-init\"\n\n{Usage}");
        return UsageError;
    }

    /// <summary>argv[0] as the kernel has it; a symbolic link keeps its own name there.</summary>
    public static string InvokedAs()
    {
        try
        {
            var line = File.ReadAllBytes("/proc/self/cmdline").AsSpan();
            var end = line.IndexOf((byte)0);
            return Encoding.UTF8.GetString(end < 0 ? line : line[..end]);
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static Func<string[], int>? Find(string name) => name switch
    {
        "proxy-init" or "linkerd2-proxy-init" => ProxyInitCommand.Run,
        "identity" or "linkerd2-proxy-identity" => IdentityCommand.Run,
        "await" or "linkerd-await" => AwaitCommand.Run,
        "network-validator" or "linkerd2-network-validator" => ValidatorCommand.Run,
        "cni" or "linkerd-cni" => CniPluginCommand.Run,
        "cni-install" or "linkerd-cni-install" => InstallerCommand.Run,
        "cni-repair" or "linkerd-cni-repair-controller" => RepairCommand.Run,
        _ => null,
    };
}
