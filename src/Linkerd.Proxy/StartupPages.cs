using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Linkerd.Proxy;

/// <summary>
/// Gives back the pages of program text that only start-up needed. They are clean copies of files, so what is needed again is
/// mapped again from the page cache; about half of an idle proxy's resident memory is such text.
/// </summary>
internal static unsafe partial class StartupPages
{
    private const int DontNeed = 4;

    /// <summary>Does it once, where the program is native; under a JIT nothing is done.</summary>
    public static void GiveBack()
    {
        if (RuntimeFeature.IsDynamicCodeSupported) return;
        try
        {
            foreach (string line in File.ReadLines("/proc/self/maps"))
            {
                // Only executable mappings of files: read-only data may hold relocations, which exist nowhere else.
                string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (fields.Length < 6 || fields[1] != "r-xp" || !fields[5].StartsWith('/')) continue;
                string[] ends = fields[0].Split('-');
                nuint start = nuint.Parse(ends[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                nuint end = nuint.Parse(ends[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                _ = Advise((void*)start, end - start, DontNeed);
            }
        }
        catch (IOException)
        {
            // Without /proc the pages stay; nothing else changes.
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* address, nuint length, int advice);
}
