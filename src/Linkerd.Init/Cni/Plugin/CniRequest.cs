namespace Linkerd.Init.Cni.Plugin;

/// <summary>What the runtime says in the environment of the plugin.</summary>
internal sealed class CniRequest(Func<string, string?> environment)
{
    public string Command { get; } = environment("CNI_COMMAND") ?? "";

    public string ContainerId { get; } = environment("CNI_CONTAINERID") ?? "";

    public string NetNs { get; } = environment("CNI_NETNS") ?? "";

    public string Interface { get; } = environment("CNI_IFNAME") ?? "";

    /// <summary>Name of the pod, from CNI_ARGS; empty when no kubelet is behind the call.</summary>
    public string PodName => Argument("K8S_POD_NAME");

    /// <summary>Namespace of the pod, from CNI_ARGS.</summary>
    public string PodNamespace => Argument("K8S_POD_NAMESPACE");

    private string Arguments { get; } = environment("CNI_ARGS") ?? "";

    /// <summary>Says which variables are missing that every command on a container has.</summary>
    /// <exception cref="CniException">One is missing or wrong.</exception>
    public void Require(params string[] names)
    {
        var missing = names.Where(name => string.IsNullOrEmpty(environment(name))).ToList();
        if (missing.Count != 0)
            throw new CniException(CniErrorCode.InvalidEnvironment, $"required environment variables missing: {string.Join(", ", missing)}", $"{Command} is called by a container runtime");
        foreach (var pair in Pairs())
        {
            if (!pair.Contains('=', StringComparison.Ordinal))
                throw new CniException(CniErrorCode.InvalidEnvironment, $"CNI_ARGS: \"{pair}\" is not KEY=VALUE", "separate pairs by semicolons");
        }
    }

    private string Argument(string key)
    {
        foreach (var pair in Pairs())
        {
            if (pair.StartsWith(key + "=", StringComparison.Ordinal))
                return pair[(key.Length + 1)..];
        }
        return "";
    }

    private string[] Pairs() => Arguments.Split(';', StringSplitOptions.RemoveEmptyEntries);
}
