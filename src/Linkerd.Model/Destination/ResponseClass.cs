namespace Linkerd.Model;

/// <summary>Says that answers which match are failures, or are not.</summary>
public sealed record ResponseClass(ResponseMatch Condition, bool IsFailure);
