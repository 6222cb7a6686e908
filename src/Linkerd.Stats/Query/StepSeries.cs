namespace Linkerd.Stats.Query;

/// <summary>One row of an answer: a value at each moment, or <see cref="Absent"/>.</summary>
internal readonly record struct StepSeries(LabelSet Labels, double[] Values)
{
    private const long AbsentBits = 0x7ff0000000000002;

    /// <summary>"No sample here", a NaN of its own: a quantile of nothing is NaN too, and is an answer.</summary>
    public static double Absent => BitConverter.Int64BitsToDouble(AbsentBits);

    public static bool IsAbsent(double value) => BitConverter.DoubleToInt64Bits(value) == AbsentBits;
}
