using System.Globalization;

namespace Linkerd.Proxy.Config;

/// <summary>How many worker threads: <c>min(available, max(CORES_MAX or round(available × CORES_MAX_RATIO) or 1, CORES_MIN or CORES))</c>. Values that are not valid are ignored with a warning.</summary>
internal static class WorkerCount
{
    public static int From(EnvReader env, int available)
    {
        int floor = Whole(env, "CORES_MIN") ?? Whole(env, "CORES") ?? 1;
        int ceiling = Whole(env, "CORES_MAX") ?? Share(env, available) ?? 1;
        return Math.Max(1, Math.Min(available, Math.Max(ceiling, floor)));
    }

    private static int? Whole(EnvReader env, string name)
    {
        if (env.Text(name) is not { } text) return null;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value > 0) return value;
        env.Warnings.Add($"{EnvReader.Prefix}{name}='{text}' is ignored: expected a whole number above zero");
        return null;
    }

    private static int? Share(EnvReader env, int available)
    {
        if (env.Text("CORES_MAX_RATIO") is not { } text) return null;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value is > 0 and <= 1)
            return Math.Max(1, (int)Math.Round(available * value, MidpointRounding.AwayFromZero));
        env.Warnings.Add($"{EnvReader.Prefix}CORES_MAX_RATIO='{text}' is ignored: expected a number above 0 and not above 1");
        return null;
    }
}
