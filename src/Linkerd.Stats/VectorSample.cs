namespace Linkerd.Stats;

/// <summary>One row of a query's answer: its labels and the value at the query's time.</summary>
public readonly record struct VectorSample(LabelSet Labels, double Value);
