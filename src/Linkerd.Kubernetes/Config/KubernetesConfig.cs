using System.Security.Cryptography.X509Certificates;

namespace Linkerd.Kubernetes;

/// <summary>How to reach and trust one API server, and as whom.</summary>
public sealed record KubernetesConfig
{
    /// <summary>Base address, for example <c>https://10.0.0.1:6443</c>; a path before the API's is kept.</summary>
    public required Uri Server { get; init; }

    /// <summary>Roots that the server's certificate must chain to; null means the machine's.</summary>
    public X509Certificate2Collection? CertificateAuthorities { get; init; }

    /// <summary>Certificate with key that proves who we are, or null.</summary>
    public X509Certificate2? ClientCertificate { get; init; }

    /// <summary>Where the bearer token comes from, or null.</summary>
    public ITokenSource? Token { get; init; }

    /// <summary>Accept any server certificate; default false.</summary>
    public bool InsecureSkipTlsVerify { get; init; }

    /// <summary>Name to expect in the server's certificate instead of the host of <see cref="Server"/>.</summary>
    public string? TlsServerName { get; init; }

    /// <summary>Namespace where none is given; default <c>default</c>.</summary>
    public string Namespace { get; init; } = "default";

    /// <summary>Name of the kubeconfig context, or null in a cluster.</summary>
    public string? Context { get; init; }

    /// <summary>User to act as, or null (<c>Impersonate-User</c>).</summary>
    public string? ImpersonateUser { get; init; }

    /// <summary>Groups to act as (<c>Impersonate-Group</c>).</summary>
    public IReadOnlyList<string> ImpersonateGroups { get; init; } = [];

    /// <summary>Value of the <c>User-Agent</c> header.</summary>
    public string UserAgent { get; init; } = "linkerd";

    /// <summary>
    /// The configuration of this process: an explicit kubeconfig, else the pod's when it runs in a cluster and
    /// <c>KUBECONFIG</c> is not set, else the files of <c>KUBECONFIG</c>, else <c>~/.kube/config</c>.
    /// </summary>
    /// <param name="kubeconfig">Path of a kubeconfig, or null.</param>
    /// <param name="context">Name of a context instead of the current one, or null.</param>
    /// <exception cref="KubeConfigException">Nothing usable was found; the message says what was looked at.</exception>
    public static KubernetesConfig Load(string? kubeconfig = null, string? context = null)
    {
        if (string.IsNullOrEmpty(kubeconfig) && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("KUBECONFIG")) && InClusterConfig.IsInCluster)
            return InClusterConfig.Load();
        return KubeConfigFile.LoadFiles(kubeconfig).Resolve(context);
    }
}
