using System.Diagnostics;
using System.Globalization;

namespace Linkerd.ControlPlane.Benchmark;

/// <summary>CPU time and resident memory of a process, from /proc.</summary>
internal sealed class ProcessGauge(int pid)
{
    private const double TicksPerSecond = 100;

    public static ProcessGauge Own { get; } = new(Environment.ProcessId);

    /// <summary>User plus system time, in seconds.</summary>
    public double CpuSeconds
    {
        get
        {
            var text = File.ReadAllText($"/proc/{pid}/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond;
        }
    }

    /// <summary>In MiB.</summary>
    public double ResidentMiB => Field("VmRSS:");

    /// <summary>The most so far, in MiB.</summary>
    public double PeakMiB => Field("VmHWM:");

    private double Field(string name)
    {
        var line = File.ReadLines($"/proc/{pid}/status").First(l => l.StartsWith(name, StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
    }
}
