using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Linkerd.Telemetry;

/// <summary>
/// Gives back the pages of the program's files that only start-up needed. They are clean copies of files, so what is needed again is
/// mapped again from the page cache; about half of an idle process's resident memory is such pages.
/// </summary>
public static unsafe partial class StartupPages
{
    private const int DontNeed = 4;

    /// <summary>Does it once, where the program is native; under a JIT, and without /proc, nothing is done.</summary>
    /// <param name="data">Constants too, not only code.</param>
    public static void GiveBack(bool data = false)
    {
        if (RuntimeFeature.IsDynamicCodeSupported) return;
        try
        {
            nuint start = 0;
            nuint end = 0;
            foreach (string line in File.ReadLines("/proc/self/smaps"))
            {
                string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                int dash = fields[0].IndexOf('-', StringComparison.Ordinal);
                if (dash > 0)
                {
                    // Only mappings of files that nobody may write to.
                    bool isWanted = fields.Length >= 6 && fields[5].StartsWith('/') && (fields[1] == "r-xp" || (data && fields[1] == "r--p"));
                    start = isWanted ? nuint.Parse(fields[0].AsSpan(0, dash), NumberStyles.HexNumber, CultureInfo.InvariantCulture) : 0;
                    end = isWanted ? nuint.Parse(fields[0].AsSpan(dash + 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture) : 0;
                }
                else if (start != 0 && fields[0] == "Anonymous:")
                {
                    // What was relocated exists nowhere else.
                    if (fields[1] == "0") _ = Advise((void*)start, end - start, DontNeed);
                    start = 0;
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The pages stay; nothing else changes.
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* address, nuint length, int advice);
}
