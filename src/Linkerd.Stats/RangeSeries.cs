using Linkerd.Stats.Store;

namespace Linkerd.Stats;

/// <summary>One row of a range query's answer: its labels, and the moments at which it has a value, oldest first.</summary>
public sealed record RangeSeries(LabelSet Labels, IReadOnlyList<Point> Points);
