using Linkerd.Kubernetes.Models;

namespace Linkerd.Controller.Destination.Slices;

/// <summary>What to write so that the slices of a Service say what they should.</summary>
internal sealed record SlicePlan
{
    public List<EndpointSlice> Create { get; } = [];

    /// <summary>With the version they were read in, so that a slice that has changed since is not overwritten.</summary>
    public List<EndpointSlice> Update { get; } = [];

    public List<EndpointSlice> Delete { get; } = [];
}
