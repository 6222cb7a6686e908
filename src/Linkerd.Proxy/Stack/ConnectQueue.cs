using Linkerd.Model;

namespace Linkerd.Proxy.Stack;

/// <summary>What requests that wait for a connection to their one endpoint may take: places, shared by all workers, and time.</summary>
public sealed record ConnectQueue(QueuePolicy Policy, QueuePlaces Places)
{
    /// <summary>Takes a place; false when there is none.</summary>
    public bool TryEnter() => Places.TryTake(Policy.Capacity);
}
