using Linkerd.Model;

namespace Linkerd.Controller.Policy.Core;

/// <summary>A backend of a rule.</summary>
/// <param name="Target">A Service or EgressNetwork; others are not supported.</param>
/// <param name="Port">Its port, or null.</param>
/// <param name="Weight">Share of the requests.</param>
/// <param name="Filters">What is done to requests that it gets.</param>
/// <param name="Fault">Why it cannot be used, or null.</param>
internal sealed record BackendRef(TargetRef Target, int? Port, uint Weight, IReadOnlyList<RouteFilter> Filters, string? Fault);
