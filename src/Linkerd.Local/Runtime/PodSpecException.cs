namespace Linkerd.Local.Runtime;

/// <summary>A pod asks for something that cannot be given; the container waits with reason CreateContainerConfigError.</summary>
public sealed class PodSpecException(string message) : Exception(message);
