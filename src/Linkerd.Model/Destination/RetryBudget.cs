namespace Linkerd.Model;

/// <summary>How many retries are allowed beside ordinary requests.</summary>
/// <param name="Ratio">Retries per request; 0.2 by default.</param>
/// <param name="MinPerSecond">Retries that are always allowed; 10 by default.</param>
/// <param name="Ttl">How long requests count; 10 s by default.</param>
public sealed record RetryBudget(double Ratio, int MinPerSecond, TimeSpan Ttl)
{
    public static RetryBudget Default { get; } = new(0.2, 10, TimeSpan.FromSeconds(10));
}
