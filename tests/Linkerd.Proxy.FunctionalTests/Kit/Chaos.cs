using System.Globalization;

namespace Linkerd.Proxy.FunctionalTests.Kit;

/// <summary>How hard to try: little in <c>./test</c>, in full with <c>LINKERD_CHAOS=1</c> (<c>make chaos</c>). Figures go to the test's output, and to the file that <c>LINKERD_FIGURES</c> names.</summary>
internal static class Chaos
{
    private static readonly Lock s_file = new();

    public static bool IsFull { get; } = Environment.GetEnvironmentVariable("LINKERD_CHAOS") == "1";

    /// <summary>The one or the other.</summary>
    public static T Pick<T>(T little, T full) => IsFull ? full : little;

    /// <summary>One line: what was done, and the figures.</summary>
    public static void Report(FormattableString figures)
    {
        var line = figures.ToString(CultureInfo.InvariantCulture);
        TestContext.Current.TestOutputHelper?.WriteLine(line);
        if (Environment.GetEnvironmentVariable("LINKERD_FIGURES") is not { Length: > 0 } file)
            return;
        lock (s_file)
            File.AppendAllText(file, $"{TestContext.Current.TestMethod?.MethodName}: {line}\n");
    }
}
