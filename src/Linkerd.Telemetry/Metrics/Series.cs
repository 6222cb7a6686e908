namespace Linkerd.Telemetry;

/// <summary>One time series: what its cells add up to, under one set of labels.</summary>
public abstract class Series
{
    private protected Series(string labels) => LabelText = labels;

    /// <summary>Labels as they are written, without braces.</summary>
    public string LabelText { get; }

    /// <summary>Shown however long it does not change: a gauge that is not zero.</summary>
    internal virtual bool IsLive => false;

    /// <summary>Something that differs after every change.</summary>
    internal abstract double ChangeMark();

    internal abstract void Write(MetricsWriter writer, string name);
}
