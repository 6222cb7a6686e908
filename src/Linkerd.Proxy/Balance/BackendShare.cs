using System.Net;
using Linkerd.Model;
using Linkerd.Proxy.Stack;

namespace Linkerd.Proxy.Balance;

/// <summary>What the balancers of one backend share over all workers, so that it is exact: the places in the queue, and the breakers of the endpoints.</summary>
public sealed class BackendShare(int workers)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<IPEndPoint, (Breaker Breaker, int Users)> _breakers = [];
    private readonly QueuePlaces _queue = new();

    /// <summary>Requests waiting, on all workers.</summary>
    public int Queued => _queue.Taken;

    /// <summary>Takes a place in the queue; false when there is none.</summary>
    public bool TryEnqueue(int capacity) => _queue.TryTake(capacity);

    /// <summary>Gives a place back.</summary>
    public void Dequeue() => _queue.Release();

    /// <summary>The breaker of an endpoint, which lives until as many have left as joined.</summary>
    public Breaker Join(IPEndPoint endpoint, FailureAccrual policy)
    {
        lock (_gate)
        {
            (Breaker breaker, int users) = _breakers.TryGetValue(endpoint, out (Breaker, int) known) ? known : (new Breaker(this, policy, workers), 0);
            _breakers[endpoint] = (breaker, users + 1);
            return breaker;
        }
    }

    /// <summary>Ends <see cref="Join"/>.</summary>
    public void Leave(IPEndPoint endpoint)
    {
        lock (_gate)
        {
            if (!_breakers.TryGetValue(endpoint, out (Breaker Breaker, int Users) known)) return;
            if (known.Users > 1) _breakers[endpoint] = (known.Breaker, known.Users - 1);
            else _breakers.Remove(endpoint);
        }
    }

    /// <summary>Shuts a breaker, unless fewer than <paramref name="floor"/> endpoints would be left that are neither ejected nor unready.</summary>
    internal bool TryEject(Breaker breaker, int floor, int othersReady)
    {
        if (floor == 0) return breaker.TryShut();
        lock (_gate)
        {
            int left = 0;
            foreach ((Breaker other, _) in _breakers.Values)
            {
                if (other != breaker && !other.CountsAsEjected) left++;
            }

            return Math.Min(left, othersReady) >= floor && breaker.TryShut();
        }
    }
}
