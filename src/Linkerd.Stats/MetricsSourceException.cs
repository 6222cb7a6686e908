namespace Linkerd.Stats;

/// <summary>A metrics source failed to answer; the message says which one, why, and what to do.</summary>
public sealed class MetricsSourceException : Exception
{
    public MetricsSourceException()
    {
    }

    public MetricsSourceException(string message)
        : base(message)
    {
    }

    public MetricsSourceException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
