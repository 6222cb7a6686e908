namespace Linkerd.Telemetry;

/// <summary>A number that each of several sources knows as a whole, such as the size of a set of which each keeps a copy: the greatest is shown.</summary>
public sealed class MaxGauge : Series
{
    private readonly Lock _gate = new();
    private readonly List<Source> _sources = [];

    internal MaxGauge(string labels)
        : base(labels)
    {
    }

    /// <summary>The greatest of all sources; 0 without any.</summary>
    public double Value
    {
        get
        {
            double value = 0;
            lock (_gate)
            {
                foreach (Source source in _sources) value = Math.Max(value, source.Value);
            }

            return value;
        }
    }

    internal override bool IsLive => Value != 0;

    /// <summary>A new source, at 0. Any thread may ask for one.</summary>
    public Source Join()
    {
        var source = new Source(this);
        lock (_gate) _sources.Add(source);
        return source;
    }

    internal override double ChangeMark() => Value;

    internal override void Write(MetricsWriter writer, string name) => writer.Sample(name, LabelText, Value);

    private void Leave(Source source)
    {
        lock (_gate) _sources.Remove(source);
    }

    /// <summary>One that knows. One thread sets it, any reads it.</summary>
    public sealed class Source
    {
        private readonly MaxGauge _gauge;
        private double _value;

        internal Source(MaxGauge gauge) => _gauge = gauge;

        public double Value => Volatile.Read(ref _value);

        public void Set(double value) => Volatile.Write(ref _value, value);

        /// <summary>It knows nothing any more.</summary>
        public void Leave() => _gauge.Leave(this);
    }
}
