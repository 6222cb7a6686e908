namespace Linkerd.Proxy.Balance;

/// <summary>What an attempt says of its endpoint.</summary>
public enum Outcome
{
    Success,

    /// <summary>429 or RESOURCE_EXHAUSTED: it lowers the success rate and fails a probe, and is no failure in a row.</summary>
    RateLimited,
    Failure,

    /// <summary>Nothing: the client left.</summary>
    Abandoned,
}
