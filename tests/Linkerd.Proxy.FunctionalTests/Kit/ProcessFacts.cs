using System.Globalization;

namespace Linkerd.Proxy.FunctionalTests.Kit;

/// <summary>What a process holds, as the kernel counts it.</summary>
/// <param name="ResidentKilobytes">Resident memory.</param>
/// <param name="Descriptors">Open descriptors.</param>
internal sealed record ProcessFacts(long ResidentKilobytes, int Descriptors)
{
    public static ProcessFacts Of(int id)
    {
        var line = File.ReadLines($"/proc/{id}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        var resident = long.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        return new ProcessFacts(resident, Directory.GetFiles($"/proc/{id}/fd").Length);
    }
}
