namespace Linkerd.Kubernetes;

/// <summary>Pauses that double up to a maximum, with a random fifth taken off so that clients do not march in step.</summary>
public sealed class Backoff(TimeSpan min, TimeSpan max)
{
    private int _attempts;

    /// <summary>The pause before the next attempt.</summary>
    public TimeSpan Next()
    {
        var factor = Math.Pow(2, Math.Min(_attempts++, 30));
        var full = Math.Min(min.TotalMilliseconds * factor, max.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(full * (0.8 + 0.2 * Random.Shared.NextDouble()));
    }

    /// <summary>Starts again from the shortest pause.</summary>
    public void Reset() => _attempts = 0;
}
