using Linkerd.Api.VizTap;

namespace Linkerd.Viz.Web.Tapping;

/// <summary>Where live requests come from.</summary>
internal interface ITapSource
{
    /// <summary>Events until the caller gives up.</summary>
    /// <exception cref="Linkerd.Kubernetes.KubernetesException">The tap server refused, or is not there.</exception>
    IAsyncEnumerable<TapEvent> WatchAsync(TapByResourceRequest request, CancellationToken cancel);
}
