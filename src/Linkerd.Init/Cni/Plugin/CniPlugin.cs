using System.Text.Json.Nodes;
using Linkerd.Init.Logging;
using Linkerd.Kubernetes;

namespace Linkerd.Init.Cni.Plugin;

/// <summary>
/// The chained plugin <c>linkerd-cni</c> (CNI specification, sections 2 to 5): for a pod with a proxy it writes the rules
/// that linkerd-init would; the result is that of the plugins before it, unchanged.
/// </summary>
/// <param name="request">The environment.</param>
/// <param name="log">Goes to stderr: stdout is the result.</param>
/// <param name="connect">Makes the connection to the API server.</param>
internal sealed class CniPlugin(CniRequest request, InitLog log, Func<NetworkConfig, KubernetesClient> connect)
{
    /// <summary>The version that errors are of when the configuration's is not known.</summary>
    public static string NewestVersion => NetworkConfig.Versions[^1];

    /// <summary>What stdout gets; empty: nothing.</summary>
    /// <exception cref="CniException">The command failed.</exception>
    public async Task<string> RunAsync(string input, CancellationToken cancel)
    {
        switch (request.Command)
        {
            case "ADD":
                request.Require("CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME");
                return await AddAsync(NetworkConfig.Parse(input), cancel);
            case "DEL":
                // The rules go with the network namespace.
                request.Require("CNI_CONTAINERID", "CNI_IFNAME");
                return Nothing("cmdDel", input);
            case "CHECK":
                request.Require("CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME");
                return Nothing("cmdCheck", input);
            case "STATUS" or "GC":
                return Nothing(request.Command, input);
            case "VERSION":
                return Version();
            case "":
                throw new CniException(CniErrorCode.InvalidEnvironment, "required environment variables missing: CNI_COMMAND", "linkerd-cni is run by container runtimes, not by hand");
            default:
                throw new CniException(CniErrorCode.InvalidEnvironment, $"unknown CNI_COMMAND: {request.Command}", "use ADD, DEL, CHECK, STATUS, GC or VERSION");
        }
    }

    /// <summary>An error in the form of the specification.</summary>
    public static string Error(string version, CniException e) => JsonText.Of(new JsonObject
    {
        ["cniVersion"] = version,
        ["code"] = e.Code,
        ["msg"] = e.Message,
        ["details"] = e.Details,
    });

    private async Task<string> AddAsync(NetworkConfig config, CancellationToken cancel)
    {
        log.TrySetLevel(config.LogLevel);
        var previous = config.PreviousResult ?? throw new CniException(CniErrorCode.InvalidConfiguration, "linkerd-cni must be called as a chained plugin: there is no prevResult",
            "put its entry behind the plugin that makes the pod's network in the plugins of a .conflist");
        previous["cniVersion"] ??= config.CniVersion;
        if (request.PodName.Length == 0 || request.PodNamespace.Length == 0 || config.IsExcluded(request.PodNamespace))
        {
            log.Debug($"container {request.ContainerId} is not a pod of Kubernetes, or one of an excluded namespace");
            return JsonText.Of(previous);
        }

        var name = $"{request.PodNamespace}/{request.PodName}";
        if (await FindAsync(config, name, cancel) is { } pod)
        {
            PodFirewall.Write(config, pod, request.NetNs, log);
            log.Info($"the traffic of {name} goes through its proxy");
        }
        else
        {
            log.Debug($"{name} has no proxy, or linkerd-init: nothing to do");
        }
        return JsonText.Of(previous);
    }

    private async Task<MeshedPod?> FindAsync(NetworkConfig config, string name, CancellationToken cancel)
    {
        try
        {
            using var client = connect(config);
            return await MeshedPod.FindAsync(client, request.PodNamespace, request.PodName, cancel);
        }
        catch (Exception e) when (e is KubeConfigException or IOException or UnauthorizedAccessException)
        {
            throw new CniException(CniErrorCode.InvalidConfiguration, "kubernetes.kubeconfig cannot be used", e.Message);
        }
        catch (KubernetesException e)
        {
            throw new CniException(e.IsTransient ? CniErrorCode.TryAgainLater : CniErrorCode.Refused, $"cannot read pod {name} from the API server", e.Message);
        }
    }

    private string Nothing(string command, string input)
    {
        log.TrySetLevel(NetworkConfig.Parse(input).LogLevel);
        log.Debug($"{command} called but not implemented");
        return "";
    }

    private static string Version()
    {
        var versions = new JsonArray();
        foreach (var version in NetworkConfig.Versions)
            versions.Add((JsonNode)version);
        return JsonText.Of(new JsonObject { ["cniVersion"] = NewestVersion, ["supportedVersions"] = versions });
    }
}
