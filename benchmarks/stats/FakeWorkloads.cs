using Linkerd.Stats.Reports;

namespace Linkerd.Stats.Benchmark;

/// <summary>Deployments that are there without a cluster.</summary>
internal sealed class FakeWorkloads(int count) : IWorkloadSource
{
    private readonly WorkloadInfo[] _all = [.. Enumerable.Range(0, count).Select(static i => new WorkloadInfo("deployment", $"ns-{i % 20}", $"app-{i}", null, 2, 2, $"default.ns-{i % 20}"))];

    public Task<IReadOnlyList<WorkloadInfo>> ListAsync(ResourceRef resource, string labelSelector, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<WorkloadInfo>>(resource.Kind.Name == "deployment" ? _all : []);
}

/// <summary>A clock that stands until it is set on.</summary>
internal sealed class FixedTime(long ms) : TimeProvider
{
    private long _ms = ms;

    public void Advance(long by) => _ms += by;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(_ms);
}
