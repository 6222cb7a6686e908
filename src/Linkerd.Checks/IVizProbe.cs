namespace Linkerd.Checks;

/// <summary>What the checks of the viz extension ask metrics-api. Failures are <see cref="CheckException"/>.</summary>
public interface IVizProbe
{
    /// <summary>Its own check of what it depends on.</summary>
    /// <returns>What does not work; empty when all does.</returns>
    Task<IReadOnlyList<string>> SelfCheckAsync(CancellationToken cancellationToken);

    /// <summary>The pods whose proxies' metrics it has, as <c>namespace/name</c>.</summary>
    Task<IReadOnlySet<string>> PodsWithMetricsAsync(CancellationToken cancellationToken);
}
