using System.Security.Cryptography.X509Certificates;

namespace Linkerd.Kubernetes;

/// <summary>The configuration that the kubelet gives every pod.</summary>
public static class InClusterConfig
{
    private const string Folder = "/var/run/secrets/kubernetes.io/serviceaccount";

    /// <summary>Whether this process runs in a pod with a service account.</summary>
    public static bool IsInCluster =>
        !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_HOST")) && File.Exists(Path.Combine(Folder, "token"));

    /// <summary>Reads environment and service account folder.</summary>
    /// <exception cref="KubeConfigException">This is not a pod, or its service account token is not mounted.</exception>
    public static KubernetesConfig Load()
    {
        var host = Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_HOST");
        var port = Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_PORT") ?? "443";
        if (string.IsNullOrEmpty(host))
            throw new KubeConfigException("KUBERNETES_SERVICE_HOST is not set: this is not a pod; give a kubeconfig instead");
        var token = Path.Combine(Folder, "token");
        if (!File.Exists(token))
            throw new KubeConfigException($"{token} is missing: the pod must have automountServiceAccountToken enabled");
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(Path.Combine(Folder, "ca.crt"));
        var ns = Path.Combine(Folder, "namespace");
        return new KubernetesConfig
        {
            Server = new Uri($"https://{(host.Contains(':') ? $"[{host}]" : host)}:{port}"),
            CertificateAuthorities = authorities,
            Token = new FileTokenSource(token),
            Namespace = File.Exists(ns) ? File.ReadAllText(ns).Trim() : "default",
        };
    }
}
