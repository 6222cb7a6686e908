using Xunit.Sdk;
using Xunit.v3;

namespace Linkerd.EndToEndTests;

/// <summary>
/// Runs the tests that replace the control plane, or its anchors, after all others, and the ones that remove it at the very end. The upgrade comes
/// after the rotation, whose result it must keep.
/// </summary>
public sealed class LastThingsLast : ITestCollectionOrderer
{
    private static readonly string[] s_last = [nameof(VizTests), nameof(VizLightTests), nameof(RotationTests), nameof(HighAvailabilityTests), nameof(RemovalTests), nameof(CniTests)];

    /// <inheritdoc/>
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(static c => Array.FindIndex(s_last, name => c.TestCollectionDisplayName.Contains(name, StringComparison.Ordinal)))];
}
