using Linkerd.Init.Flags;

namespace Linkerd.Init.Cni.Install;

/// <summary>Where things are, from the environment of the DaemonSet. Paths of the node are seen under <see cref="MountPrefix"/>.</summary>
internal sealed class InstallerOptions
{
    /// <summary>CONTAINER_MOUNT_PREFIX, default <c>/host</c>.</summary>
    public required string MountPrefix { get; init; }

    /// <summary>DEST_CNI_BIN_DIR: the runtime's plugins on the node, default <c>/opt/cni/bin</c>.</summary>
    public required string BinFolder { get; init; }

    /// <summary>DEST_CNI_NET_DIR: the runtime's configuration on the node, default <c>/etc/cni/net.d</c>.</summary>
    public required string NetFolder { get; init; }

    /// <summary>CONTAINER_CNI_BIN_DIR: what is copied, default <c>/opt/cni/bin</c> in the container.</summary>
    public required string SourceFolder { get; init; }

    /// <summary>KUBECONFIG_FILE_NAME, default <c>ZZZ-linkerd-cni-kubeconfig</c>: behind all configuration in the order of names.</summary>
    public required string KubeConfigName { get; init; }

    /// <summary>SERVICEACCOUNT_PATH: folder with token and ca.crt.</summary>
    public required string ServiceAccountFolder { get; init; }

    /// <summary>CNI_NETWORK_CONFIG, or the content of CNI_NETWORK_CONFIG_FILE: the entry, with placeholders.</summary>
    public required string NetworkConfig { get; init; }

    /// <summary>Address of the API server for the plugin, of KUBERNETES_SERVICE_HOST, _PORT and _PROTOCOL (default https).</summary>
    public required string Server { get; init; }

    /// <summary>SKIP_TLS_VERIFY: the plugin accepts any certificate of the API server.</summary>
    public bool SkipTlsVerify { get; init; }

    /// <summary>The bin folder as this container sees it.</summary>
    public string MountedBin => MountPrefix + BinFolder;

    /// <summary>The configuration folder as this container sees it.</summary>
    public string MountedNet => MountPrefix + NetFolder;

    /// <exception cref="FlagException">A variable is missing or wrong.</exception>
    public static InstallerOptions Read(Func<string, string?> environment)
    {
        var host = Required("KUBERNETES_SERVICE_HOST");
        return new InstallerOptions
        {
            MountPrefix = environment("CONTAINER_MOUNT_PREFIX") ?? "/host",
            BinFolder = Folder("DEST_CNI_BIN_DIR", "/opt/cni/bin"),
            NetFolder = Folder("DEST_CNI_NET_DIR", "/etc/cni/net.d"),
            SourceFolder = Or("CONTAINER_CNI_BIN_DIR", "/opt/cni/bin"),
            KubeConfigName = Or("KUBECONFIG_FILE_NAME", "ZZZ-linkerd-cni-kubeconfig"),
            ServiceAccountFolder = Or("SERVICEACCOUNT_PATH", "/var/run/secrets/kubernetes.io/serviceaccount"),
            NetworkConfig = Entry(),
            Server = $"{Or("KUBERNETES_SERVICE_PROTOCOL", "https")}://{(host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host)}:{Required("KUBERNETES_SERVICE_PORT")}",
            SkipTlsVerify = FlagSet.IsTrue(Or("SKIP_TLS_VERIFY", "false")) ?? throw new FlagException("SKIP_TLS_VERIFY must be true or false"),
        };

        string Or(string name, string otherwise) => environment(name) is { Length: > 0 } value ? value : otherwise;

        string Required(string name) => environment(name) is { Length: > 0 } value ? value : throw new FlagException($"{name} is not set: run this in a pod of the DaemonSet linkerd-cni");

        string Folder(string name, string otherwise) =>
            Or(name, otherwise) is var folder && folder.StartsWith('/') ? folder.TrimEnd('/') : throw new FlagException($"{name} must be an absolute path, not \"{folder}\"");

        string Entry()
        {
            if (environment("CNI_NETWORK_CONFIG_FILE") is not { Length: > 0 } file)
                return Required("CNI_NETWORK_CONFIG");
            return File.Exists(file) ? File.ReadAllText(file) : throw new FlagException($"CNI_NETWORK_CONFIG_FILE: there is no file {file}");
        }
    }
}
