namespace Linkerd.Stats.Query;

/// <summary>A node of a parsed query. What the embedded source evaluates is exactly what these nodes can say.</summary>
public abstract record Expression;

/// <summary><c>name{matchers}</c>, with a window when <paramref name="Range"/> is set.</summary>
public sealed record Selector(string Metric, IReadOnlyList<LabelMatcher> Matchers, TimeSpan? Range) : Expression;

/// <summary><c>increase</c>, <c>rate</c> or <c>irate</c> of a range selector.</summary>
/// <param name="Name">The function.</param>
/// <param name="Argument">Its samples.</param>
/// <param name="Text">As it stood in the query.</param>
public sealed record RangeFunction(string Name, Selector Argument, string Text) : Expression;

/// <summary><c>sum</c>, <c>count</c>, <c>min</c>, <c>max</c> or <c>avg</c>, optionally <c>by (…)</c>.</summary>
/// <param name="Name">The function.</param>
/// <param name="By">Labels that are kept.</param>
/// <param name="Argument">What is aggregated.</param>
/// <param name="Text">As it stood in the query.</param>
public sealed record Aggregation(string Name, IReadOnlyList<string> By, Expression Argument, string Text) : Expression;

/// <summary><c>histogram_quantile(q, …)</c> over buckets with an <c>le</c> label.</summary>
public sealed record HistogramQuantile(double Quantile, Expression Argument) : Expression;
