namespace Linkerd.Local.Cluster;

/// <summary>The cluster cannot do what was asked; the message says why and what to do.</summary>
public sealed class ClusterException(string message, Exception? inner = null) : Exception(message, inner);
