using Linkerd.Controller.Destination.Index;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Controller.Destination.Slices;

/// <summary>All that the slices of one Service depend on, and the slices as they are.</summary>
/// <param name="Service">The Service.</param>
/// <param name="Workloads">The ExternalWorkloads that it selects.</param>
/// <param name="Slices">The slices of this controller.</param>
internal sealed record SliceState(Service Service, IReadOnlyList<ExternalWorkload> Workloads, IReadOnlyList<EndpointSlice> Slices);
