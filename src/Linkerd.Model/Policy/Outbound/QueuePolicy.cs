namespace Linkerd.Model;

/// <summary>The queue before a backend.</summary>
/// <param name="Capacity">Requests that wait at most; 100 by default.</param>
/// <param name="FailfastTimeout">How long no endpoint may be ready before requests fail at once; 3 s by default.</param>
public sealed record QueuePolicy(int Capacity, TimeSpan FailfastTimeout)
{
    public static QueuePolicy Default { get; } = new(100, TimeSpan.FromSeconds(3));
}
