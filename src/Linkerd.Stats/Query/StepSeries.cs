namespace Linkerd.Stats.Query;

/// <summary>One row of an answer: a value at each moment, or <see cref="Absent"/>. Rows share buffers.</summary>
internal readonly struct StepSeries(LabelSet labels, double[] buffer, int offset, int count)
{
    private const long AbsentBits = 0x7ff0000000000002;

    /// <summary>A row that has its buffer to itself.</summary>
    public StepSeries(LabelSet labels, double[] values)
        : this(labels, values, 0, values.Length)
    {
    }

    /// <summary>"No sample here", a NaN of its own: a quantile of nothing is NaN too, and is an answer.</summary>
    public static double Absent => BitConverter.Int64BitsToDouble(AbsentBits);

    public LabelSet Labels => labels;

    public ReadOnlySpan<double> Values => buffer.AsSpan(offset, count);

    public static bool IsAbsent(double value) => BitConverter.DoubleToInt64Bits(value) == AbsentBits;
}
