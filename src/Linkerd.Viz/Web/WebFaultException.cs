namespace Linkerd.Viz.Web;

/// <summary>A call that cannot be answered: the status, and the sentence that says what to do.</summary>
internal sealed class WebFaultException(int status, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The HTTP status.</summary>
    public int Status { get; } = status;

    /// <summary>After how long to try again, null when that would not help.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
