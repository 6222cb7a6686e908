namespace Linkerd.Model;

/// <summary>A route of a service profile: what it matches, how its answers are classed, and what may be done about failures.</summary>
public sealed record ProfileRoute
{
    public RequestMatch? Condition { get; init; }

    public IReadOnlyList<ResponseClass> ResponseClasses { get; init; } = [];

    /// <summary>Usually <c>route=name</c>; shown as <c>rt_route</c>.</summary>
    public LabelSet Labels { get; init; } = LabelSet.Empty;

    public bool IsRetryable { get; init; }

    /// <summary>Of the whole response; null for none.</summary>
    public TimeSpan? Timeout { get; init; }
}
