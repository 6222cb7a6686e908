using Linkerd.Model;

namespace Linkerd.Proxy.Stack;

/// <summary>
/// A retry budget as a token bucket that all workers share: within any time-to-live at most the given ratio of the requests, and the least number per
/// second besides, may be retries. Exact for any number of workers: requests are counted by each worker for itself, retries under a lock,
/// since they are few.
/// </summary>
public sealed class RetryBudgetBucket
{
    private readonly Lock _gate = new();
    private readonly RetryBudget _budget;
    private readonly BucketWindow _requests;
    private readonly BucketWindow _retries;
    private readonly double _reserve;

    public RetryBudgetBucket(RetryBudget budget, int workers)
    {
        ArgumentNullException.ThrowIfNull(budget);
        _budget = budget;
        _requests = new BucketWindow(workers, budget.Ttl);
        _retries = new BucketWindow(1, budget.Ttl);
        _reserve = budget.MinPerSecond * budget.Ttl.TotalSeconds;
    }

    /// <summary>A request came; not a retry.</summary>
    public void Deposit(int worker, long now) => _requests.Add(worker, now, 1, 0);

    /// <summary>Takes the right to one retry; false when there is none left.</summary>
    public bool TryWithdraw(long now)
    {
        lock (_gate)
        {
            double allowed = _reserve + (_requests.Sum(now).First * _budget.Ratio);
            if (_retries.Sum(now).First + 1 > allowed + 1e-9) return false;
            _retries.Add(0, now, 1, 0);
            return true;
        }
    }
}
