using Linkerd.Charts.Templates;

namespace Linkerd.Charts.Functions;

/// <summary>Sprig's arithmetic and version comparison.</summary>
internal static class MathFunctions
{
    public static void AddTo(FunctionTable table)
    {
        table.Add("int int64", (_, a) => a.Long(0));
        table.Add("float64", (_, a) => a.Double(0));
        table.Add("atoi", (_, a) => long.TryParse(a.Text(0), System.Globalization.NumberStyles.AllowLeadingSign, System.Globalization.CultureInfo.InvariantCulture, out var n) ? n : 0L);
        table.Add("add", (_, a) => Fold(a, 0, (x, y) => x + y));
        table.Add("add1", (_, a) => a.Long(0) + 1);
        table.Add("sub", (_, a) => a.Long(0) - a.Long(1));
        table.Add("mul", (_, a) => Fold(a, 1, (x, y) => x * y));
        table.Add("div", (_, a) => a.Long(0) / a.Long(1));
        table.Add("mod", (_, a) => a.Long(0) % a.Long(1));
        table.Add("max biggest", (_, a) => Enumerable.Range(0, a.Count).Max(a.Long));
        table.Add("min", (_, a) => Enumerable.Range(0, a.Count).Min(a.Long));
        table.Add("floor", (_, a) => Math.Floor(a.Double(0)));
        table.Add("ceil", (_, a) => Math.Ceiling(a.Double(0)));
        table.Add("round", (_, a) => Round(a.Double(0), a.Int(1)));
        table.Add("semverCompare", (_, a) => VersionConstraint.Parse(a.Text(0)).Allows(SemanticVersion.Parse(a.Text(1))));
        table.Add("semver", (_, a) => SemanticVersion.Parse(a.Text(0)));
    }

    private static long Fold(Arguments a, long seed, Func<long, long, long> next)
    {
        for (var i = 0; i < a.Count; i++)
            seed = next(seed, a.Long(i));
        return seed;
    }

    // Half is rounded up.
    private static double Round(double value, int places)
    {
        var scale = Math.Pow(10, places);
        var scaled = value * scale;
        var fraction = scaled - Math.Truncate(scaled);
        return (fraction >= 0.5 ? Math.Ceiling(scaled) : Math.Floor(scaled)) / scale;
    }
}
