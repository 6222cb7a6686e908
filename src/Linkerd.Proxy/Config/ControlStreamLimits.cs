namespace Linkerd.Proxy.Config;

/// <summary>Limits on streams to the control plane; null means none.</summary>
/// <param name="Initial">Until the first message. Chart: 3 s.</param>
/// <param name="Idle">Between messages. Chart: 5 min.</param>
/// <param name="Lifetime">Of one stream. Chart: 1 h.</param>
public sealed record ControlStreamLimits(TimeSpan? Initial, TimeSpan? Idle, TimeSpan? Lifetime)
{
    public static ControlStreamLimits Default { get; } = new(TimeSpan.FromSeconds(3), TimeSpan.FromMinutes(5), TimeSpan.FromHours(1));
}
