namespace Linkerd.Init.Cni.Install;

/// <summary>The kubeconfig that the plugin uses on the node: everything is in it, since the pod's files are not there.</summary>
internal static class HostKubeConfig
{
    /// <summary>The text; the token is the newest one, which the kubelet renews every hour.</summary>
    public static string Of(InstallerOptions options)
    {
        var token = File.ReadAllText(Path.Combine(options.ServiceAccountFolder, "token")).Trim();
        var trust = "insecure-skip-tls-verify: true";
        if (!options.SkipTlsVerify)
            trust = "certificate-authority-data: " + Convert.ToBase64String(File.ReadAllBytes(Path.Combine(options.ServiceAccountFolder, "ca.crt")));
        return $"""
            # Kubeconfig of the Linkerd CNI plugin, kept by the DaemonSet linkerd-cni.
            apiVersion: v1
            kind: Config
            clusters:
            - name: local
              cluster:
                server: {options.Server}
                {trust}
            users:
            - name: linkerd-cni
              user:
                token: {token}
            contexts:
            - name: linkerd-cni-context
              context:
                cluster: local
                user: linkerd-cni
            current-context: linkerd-cni-context

            """.ReplaceLineEndings("\n");
    }
}
