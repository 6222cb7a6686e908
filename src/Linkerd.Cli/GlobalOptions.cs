using System.CommandLine;
using System.Text.RegularExpressions;
using Linkerd.Kubernetes;

namespace Linkerd.Cli;

/// <summary>The flags that every command takes, wherever they stand on the line.</summary>
public static partial class GlobalOptions
{
    /// <summary><c>-L</c>, <c>--linkerd-namespace</c>; environment LINKERD_NAMESPACE.</summary>
    public static Option<string> LinkerdNamespace { get; } = new("--linkerd-namespace", "-L")
    {
        Description = "Namespace in which Linkerd is installed ($LINKERD_NAMESPACE)",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("LINKERD_NAMESPACE") is { Length: > 0 } ns ? ns : "linkerd",
        Recursive = true,
    };

    /// <summary><c>--cni-namespace</c>.</summary>
    public static Option<string> CniNamespace { get; } = new("--cni-namespace")
    {
        Description = "Namespace in which the Linkerd CNI plugin is installed",
        DefaultValueFactory = _ => "linkerd-cni",
        Recursive = true,
    };

    /// <summary><c>--kubeconfig</c>.</summary>
    public static Option<string?> KubeConfig { get; } = new("--kubeconfig") { Description = "Path to the kubeconfig file to use for CLI requests", Recursive = true };

    /// <summary><c>--context</c>.</summary>
    public static Option<string?> Context { get; } = new("--context") { Description = "Name of the kubeconfig context to use", Recursive = true };

    /// <summary><c>--as</c>.</summary>
    public static Option<string?> As { get; } = new("--as") { Description = "Username to impersonate for Kubernetes operations", Recursive = true };

    /// <summary><c>--as-group</c>, repeatable.</summary>
    public static Option<string[]> AsGroup { get; } = new("--as-group") { Description = "Group to impersonate for Kubernetes operations; may be repeated", Recursive = true };

    /// <summary><c>--api-addr</c>.</summary>
    public static Option<string?> ApiAddr { get; } = new("--api-addr")
    {
        Description = "Override kubeconfig and communicate directly with the control plane at host:port (mostly for testing)",
        Recursive = true,
    };

    /// <summary><c>--verbose</c>.</summary>
    public static Option<bool> Verbose { get; } = new("--verbose") { Description = "Turn on debug logging", Recursive = true };

    /// <summary>Adds the flags to <paramref name="root"/>, with their validation.</summary>
    public static void AddTo(RootCommand root)
    {
        LinkerdNamespace.Validators.Clear();
        LinkerdNamespace.Validators.Add(result =>
        {
            var value = result.GetValueOrDefault<string>();
            if (!NamespacePattern().IsMatch(value))
                result.AddError($"{value} is not a valid namespace");
        });
        foreach (var option in (Option[])[LinkerdNamespace, CniNamespace, KubeConfig, Context, As, AsGroup, ApiAddr, Verbose])
            root.Options.Add(option);
    }

    /// <summary>The connection that the flags describe.</summary>
    /// <exception cref="CliException">There is no kubeconfig; the message says how to get a cluster.</exception>
    public static KubernetesConfig Config(ParseResult arguments)
    {
        KubernetesConfig config;
        try
        {
            config = KubernetesConfig.Load(arguments.GetValue(KubeConfig), arguments.GetValue(Context));
        }
        catch (KubeConfigException e)
        {
            throw new CliException(
                $"{e.Message}\nNo cluster to talk to. For one on this machine: linkerd local up --detach && export KUBECONFIG=$(linkerd local kubeconfig)", e);
        }

        return config with
        {
            ImpersonateUser = arguments.GetValue(As) ?? config.ImpersonateUser,
            ImpersonateGroups = arguments.GetValue(AsGroup) is { Length: > 0 } groups ? groups : config.ImpersonateGroups,
            UserAgent = "linkerd/" + LinkerdVersion.Current,
        };
    }

    /// <summary>A client of the cluster that the flags describe.</summary>
    public static KubernetesClient Connect(ParseResult arguments) => new(Config(arguments));

    [GeneratedRegex("^[a-zA-Z0-9-]+$")]
    private static partial Regex NamespacePattern();
}
