namespace Linkerd.Model;

/// <summary>Timeouts of a route; null means none.</summary>
/// <param name="Response">Until the whole response was received.</param>
/// <param name="Request">Of the whole stream.</param>
/// <param name="Idle">Without any frame either way.</param>
public sealed record RouteTimeouts(TimeSpan? Response, TimeSpan? Request, TimeSpan? Idle)
{
    public static RouteTimeouts None { get; } = new(null, null, null);
}
