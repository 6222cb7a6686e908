using System.Text.Json.Nodes;
using Linkerd.Inject.Values;

namespace Linkerd.Inject.Containers;

/// <summary>linkerd-network-validator: with CNI, fails the pod when the redirect is not in place.</summary>
internal static class ValidatorContainer
{
    public const string Name = "linkerd-network-validator";

    public static JsonObject Build(InjectValues values)
    {
        var validator = values.NetworkValidator;
        var container = new JsonObject
        {
            ["args"] = ContainerParts.Strings(
                "--log-format", validator.LogFormat, "--log-level", validator.LogLevel,
                "--connect-addr", Or(validator.ConnectAddr, values.DisableIpv6 ? "1.1.1.1:20001" : "[fd00::1]:20001"),
                "--listen-addr", Or(validator.ListenAddr, values.DisableIpv6 ? "0.0.0.0:4140" : "[::]:4140"),
                "--timeout", validator.Timeout),
            ["command"] = ContainerParts.Strings("/usr/lib/linkerd/linkerd2-network-validator"),
            ["image"] = ContainerParts.Image(values.Proxy.Image, values),
            ["imagePullPolicy"] = ContainerParts.PullPolicy(values.Proxy.Image, values),
            ["name"] = Name,
        };
        if (ContainerParts.Resources(values.Proxy.Resources) is { } resources)
            container["resources"] = resources;
        if (validator.EnableSecurityContext)
        {
            container["securityContext"] = new JsonObject
            {
                ["allowPrivilegeEscalation"] = false,
                ["capabilities"] = new JsonObject { ["drop"] = ContainerParts.Strings("ALL") },
                ["readOnlyRootFilesystem"] = true,
                ["runAsGroup"] = 65534,
                ["runAsNonRoot"] = true,
                ["runAsUser"] = 65534,
                ["seccompProfile"] = ContainerParts.SeccompRuntimeDefault(),
            };
        }
        return container;
    }

    private static string Or(string value, string fallback) => value.Length != 0 ? value : fallback;
}
