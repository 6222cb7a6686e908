using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;
using Linkerd.Local.Cluster;
using Linkerd.Local.Images;
using Linkerd.Local.Network;

namespace Linkerd.Local.Runtime;

/// <summary>What every pod on the node needs: the API, images, network, folders, clock.</summary>
internal sealed record NodeContext
{
    /// <summary>The name of the one node.</summary>
    public const string NodeName = "linkerd-local";

    public required KubernetesClient Client { get; init; }

    public required LocalPaths Paths { get; init; }

    public required ImageStore Images { get; init; }

    public required PodNetworks Networks { get; init; }

    public required EventRecorder Events { get; init; }

    public required Informer<Service> Services { get; init; }

    public required NodeLog Log { get; init; }

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>The machine's own file system, for containers on image <c>host</c>.</summary>
    public required HostFolders Host { get; init; }
}
