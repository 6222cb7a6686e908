using Linkerd.Kubernetes.Models;

namespace Linkerd.Kubernetes;

/// <summary>
/// Holds a Lease so that of several replicas one acts. A leader that cannot renew stops acting before others may take over,
/// by its own monotonic clock; clocks of different machines are never compared.
/// </summary>
public sealed class LeaderElector
{
    private readonly ResourceClient<Lease> _leases;
    private readonly LeaderElectionOptions _options;
    private string? _observedVersion;
    private long _observedAt;

    public LeaderElector(KubernetesClient client, LeaderElectionOptions options)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _leases = client.Resource(Resources.Leases, options.Namespace);
    }

    /// <summary>Whether this process holds the lease now.</summary>
    public bool IsLeader { get; private set; }

    /// <summary>
    /// Runs <paramref name="lead"/> whenever this process is the leader, until cancelled; the token it gets is cancelled when
    /// leadership ends. On the way out the lease is given up, so that another replica need not wait.
    /// </summary>
    public async Task RunAsync(Func<CancellationToken, Task> lead, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(lead);
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                if (await TryAcquireOrRenewAsync(cancel))
                    await LeadAsync(lead, cancel);
                await _options.Time.Delay(_options.RetryPeriod, cancel);
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                return;
            }
            catch (KubernetesException e)
            {
                _options.OnError?.Invoke(e);
                await Task.Delay(_options.RetryPeriod, _options.Time, cancel).ContinueWith(static _ => { }, TaskScheduler.Default);
            }
        }
    }

    private async Task LeadAsync(Func<CancellationToken, Task> lead, CancellationToken cancel)
    {
        using var term = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        IsLeader = true;
        var work = lead(term.Token);
        try
        {
            await RenewUntilLostAsync(work, term.Token);
        }
        finally
        {
            IsLeader = false;
            await term.CancelAsync();
            await work.ContinueWith(static _ => { }, TaskScheduler.Default);
            await ReleaseAsync();
        }

        if (work.IsFaulted)
            await work;
    }

    private async Task RenewUntilLostAsync(Task work, CancellationToken cancel)
    {
        var renewedAt = _options.Time.GetTimestamp();
        while (!work.IsCompleted && _options.Time.GetElapsedTime(renewedAt) < _options.LeaseDuration - _options.RenewGrace)
        {
            await Task.WhenAny(work, _options.Time.Delay(_options.RetryPeriod, cancel));
            cancel.ThrowIfCancellationRequested();
            try
            {
                var started = _options.Time.GetTimestamp();
                if (!await TryAcquireOrRenewAsync(cancel))
                    return;
                renewedAt = started;
            }
            catch (KubernetesException e)
            {
                _options.OnError?.Invoke(e);
            }
        }
    }

    private async Task<bool> TryAcquireOrRenewAsync(CancellationToken cancel)
    {
        var now = _options.Time.GetUtcNow();
        var lease = await _leases.FindAsync(_options.Name, cancel);
        try
        {
            if (lease is null)
            {
                await _leases.CreateAsync(new Lease { Metadata = new() { Name = _options.Name, Namespace = _options.Namespace }, Spec = Hold(null, now) }, cancel: cancel);
                return true;
            }

            if (lease.Metadata.ResourceVersion != _observedVersion)
            {
                _observedVersion = lease.Metadata.ResourceVersion;
                _observedAt = _options.Time.GetTimestamp();
            }

            var mine = lease.Spec?.HolderIdentity == _options.Identity;
            var term = TimeSpan.FromSeconds(lease.Spec?.LeaseDurationSeconds ?? 0);
            if (!mine && !string.IsNullOrEmpty(lease.Spec?.HolderIdentity) && _options.Time.GetElapsedTime(_observedAt) < term)
                return false;
            await _leases.UpdateAsync(lease with { Spec = Hold(lease.Spec, now) }, cancel: cancel);
            return true;
        }
        catch (KubernetesException e) when (e.IsConflict || e.IsAlreadyExists)
        {
            return false;
        }
    }

    private LeaseSpec Hold(LeaseSpec? old, DateTimeOffset now)
    {
        var mine = old?.HolderIdentity == _options.Identity;
        return new LeaseSpec
        {
            HolderIdentity = _options.Identity,
            LeaseDurationSeconds = (int)_options.LeaseDuration.TotalSeconds,
            AcquireTime = mine ? old!.AcquireTime : now,
            RenewTime = now,
            LeaseTransitions = mine ? old!.LeaseTransitions : (old?.LeaseTransitions ?? -1) + 1,
        };
    }

    private async Task ReleaseAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        try
        {
            if (await _leases.FindAsync(_options.Name, limit.Token) is { Spec: { } spec } lease && spec.HolderIdentity == _options.Identity)
                await _leases.UpdateAsync(lease with { Spec = spec with { HolderIdentity = "", LeaseDurationSeconds = 1 } }, cancel: limit.Token);
        }
        catch (Exception e) when (e is KubernetesException or OperationCanceledException)
        {
            // It will expire by itself.
            _options.OnError?.Invoke(e);
        }
    }
}
