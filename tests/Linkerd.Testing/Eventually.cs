using System.Diagnostics;

namespace Linkerd.Testing;

/// <summary>Waits for conditions with a deadline instead of sleeping for a guess.</summary>
public static class Eventually
{
    /// <summary>Polls until <paramref name="condition"/> holds; throws after <paramref name="seconds"/>.</summary>
    public static async Task TrueAsync(Func<bool> condition, string what = "the condition", double seconds = 20)
    {
        long start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(start).TotalSeconds > seconds) throw new TimeoutException($"{what} did not hold within {seconds} s");
            await Task.Delay(2);
        }
    }
}
