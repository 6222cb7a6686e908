namespace Linkerd.Model;

/// <summary>When an endpoint is taken out for its failures.</summary>
public abstract record FailureAccrual
{
    private FailureAccrual()
    {
    }

    /// <summary>Waits between probations.</summary>
    public required ExponentialBackoff Backoff { get; init; }

    /// <summary>Honour Retry-After.</summary>
    public bool RespectRetryAfter { get; init; }

    /// <summary>Endpoints that stay in, whatever they do; 0 by default.</summary>
    public int MinReadyEndpoints { get; init; }

    /// <summary>So many failures in a row.</summary>
    public sealed record Consecutive(int MaxFailures) : FailureAccrual;

    /// <summary>A success rate below the threshold, or so many failures in a row.</summary>
    public sealed record Unified(double SuccessRateThreshold, TimeSpan Decay, int MinRequests, int MaxConsecutiveFailures) : FailureAccrual;
}
