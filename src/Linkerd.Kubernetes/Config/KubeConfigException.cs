namespace Linkerd.Kubernetes;

/// <summary>A kubeconfig or the in-cluster configuration cannot be used; the message names file, field and fix.</summary>
public sealed class KubeConfigException : Exception
{
    public KubeConfigException(string message)
        : base(message)
    {
    }

    public KubeConfigException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
