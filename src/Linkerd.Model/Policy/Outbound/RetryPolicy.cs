namespace Linkerd.Model;

/// <summary>When and how often a request is tried again.</summary>
public sealed record RetryPolicy
{
    public int MaxRetries { get; init; } = 1;

    /// <summary>Longest request body kept for a retry; 64 KiB by default.</summary>
    public int MaxRequestBytes { get; init; } = 64 * 1024;

    /// <summary>Status ranges, both ends included, that are retried.</summary>
    public IReadOnlyList<(int Start, int End)> StatusRanges { get; init; } = [];

    /// <summary>gRPC codes that are retried.</summary>
    public IReadOnlyList<int> GrpcCodes { get; init; } = [];

    /// <summary>Until the response head, of each attempt but the last; null for none.</summary>
    public TimeSpan? Timeout { get; init; }

    public ExponentialBackoff? Backoff { get; init; }

    /// <summary>A server that says how long it wants to be left alone is left alone for so long, if that is longer than the backoff.</summary>
    public bool RespectRetryAfter { get; init; }
}
