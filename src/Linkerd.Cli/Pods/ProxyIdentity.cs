using System.Text.RegularExpressions;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Cli.Pods;

/// <summary>The identity that a pod's proxy was told to have.</summary>
public static partial class ProxyIdentity
{
    /// <summary>LINKERD2_PROXY_IDENTITY_LOCAL_NAME of <paramref name="proxy"/>, its references to other variables expanded.</summary>
    /// <exception cref="CliException">The variable is not set.</exception>
    public static string Of(Pod pod, Container proxy)
    {
        var env = (proxy.Env ?? []).Where(e => e.Name is not null).ToLookup(e => e.Name!, e => Value(pod, e));
        var name = env["LINKERD2_PROXY_IDENTITY_LOCAL_NAME"].FirstOrDefault()
            ?? throw new CliException($"container {proxy.Name} of pod {pod.Metadata.Name} has no LINKERD2_PROXY_IDENTITY_LOCAL_NAME");
        return Reference().Replace(name, m => env[m.Groups[1].Value].FirstOrDefault() ?? m.Value);
    }

    private static string Value(Pod pod, EnvVar variable) => variable.ValueFrom?.FieldRef?.FieldPath switch
    {
        "metadata.name" => pod.Metadata.Name ?? "",
        "metadata.namespace" => pod.Metadata.Namespace ?? "",
        "spec.serviceAccountName" => pod.Spec?.ServiceAccountName ?? "default",
        _ => variable.Value ?? "",
    };

    [GeneratedRegex("\\$\\(([A-Za-z_][A-Za-z0-9_]*)\\)")]
    private static partial Regex Reference();
}
