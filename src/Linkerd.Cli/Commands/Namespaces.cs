using System.CommandLine;
using Linkerd.Kubernetes;

namespace Linkerd.Cli.Commands;

/// <summary><c>-n</c> and <c>-A</c>, as kubectl understands them.</summary>
public sealed class Namespaces
{
    /// <summary><c>-n</c>, <c>--namespace</c>.</summary>
    public Option<string?> Namespace { get; } = new("--namespace", "-n") { Description = "Namespace of the specified resource (default: the context's)" };

    /// <summary><c>-A</c>, <c>--all-namespaces</c>.</summary>
    public Option<bool> All { get; } = new("--all-namespaces", "-A") { Description = "If present, returns stats across all namespaces, ignoring the \"--namespace\" flag" };

    /// <summary>The namespace to ask for; empty for all.</summary>
    public string Of(ParseResult arguments, KubernetesConfig config)
    {
        if (arguments.GetValue(All))
        {
            return arguments.GetValue(Namespace) is null
                ? ""
                : throw new CliException("--all-namespaces flag cannot be used with --namespace flag");
        }

        return arguments.GetValue(Namespace) ?? config.Namespace;
    }
}
