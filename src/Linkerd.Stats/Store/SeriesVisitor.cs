namespace Linkerd.Stats.Store;

/// <summary>Receives one selected series with its points, oldest first; the span is valid during the call only.</summary>
public delegate void SeriesVisitor(LabelSet labels, ReadOnlySpan<Point> points);
