using Linkerd.Proxy.Metrics;
using Linkerd.Proxy.Stack;

namespace Linkerd.Proxy.Outbound;

/// <summary>What a rule of a service profile has beyond a rule of policy.</summary>
/// <param name="Classifier">Its response classes; null for none.</param>
/// <param name="IsRetryable">Failed requests may be sent again, within the budget.</param>
/// <param name="Budget">Shared by all routes of the profile and all workers.</param>
/// <param name="Metrics">The <c>route_*</c> families.</param>
internal sealed record ProfileRule(IResponseClassifier? Classifier, bool IsRetryable, RetryBudgetBucket Budget, ProfileRouteMetrics Metrics);
