using Linkerd.Proxy.Metrics;
using Linkerd.Proxy.Route;
using Linkerd.Proxy.Stack;

namespace Linkerd.Proxy.Outbound;

/// <summary>A backend as one rule uses it.</summary>
/// <param name="Handle">The backend, which other rules may share.</param>
/// <param name="Filters">Applied to what this rule sends there.</param>
/// <param name="Metrics">Null where none are kept, as for service profiles.</param>
/// <param name="Frames">Where the sizes of data frames are counted; null counts none.</param>
internal sealed record RuleBackend(BackendHandle Handle, RequestFilters Filters, RouteBackendMetrics? Metrics = null, BodyFrames? Frames = null);
