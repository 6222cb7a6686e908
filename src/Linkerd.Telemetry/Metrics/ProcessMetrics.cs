using System.Globalization;

namespace Linkerd.Telemetry;

/// <summary>The <c>process_*</c> families, read from /proc when scraped; silent where there is none.</summary>
public static class ProcessMetrics
{
    /// <summary>Adds the families to a registry; <paramref name="time"/> gives the start time.</summary>
    public static void Register(MetricRegistry registry, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(registry);
        ArgumentNullException.ThrowIfNull(time);
        double started = time.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0;
        registry.AddCollector(writer => Write(writer, started));
    }

    private static void Write(MetricsWriter writer, double started)
    {
        writer.Gauge("process_start_time_seconds", "Time that the process started (in seconds since the UNIX epoch)", Math.Floor(started));
        writer.Counter("dotnet_gc_heap_total_allocated_bytes_total", "Bytes allocated on the managed heap since the process started", GC.GetTotalAllocatedBytes(precise: true));
        string[]? statm = ReadFields("/proc/self/statm");
        if (statm is { Length: > 1 })
        {
            writer.Gauge("process_virtual_memory_bytes", "Virtual memory size in bytes", double.Parse(statm[0], CultureInfo.InvariantCulture) * Environment.SystemPageSize);
            writer.Gauge("process_resident_memory_bytes", "Resident memory size in bytes", double.Parse(statm[1], CultureInfo.InvariantCulture) * Environment.SystemPageSize);
        }

        try
        {
            writer.Gauge("process_open_fds", "Number of open file descriptors", Directory.GetFileSystemEntries("/proc/self/fd").Length);
        }
        catch (IOException)
        {
            // Out of descriptors: the family is left out rather than the scrape failed.
        }

        if (MaxDescriptors() is { } max) writer.Gauge("process_max_fds", "Maximum number of open file descriptors", max);
        WriteStat(writer);
    }

    /// <summary>Fields of proc(5): the name in parentheses may hold blanks, so counting begins behind it.</summary>
    private static void WriteStat(MetricsWriter writer)
    {
        try
        {
            string text = File.ReadAllText("/proc/self/stat");
            string[] fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            const double TicksPerSecond = 100;
            double ticks = double.Parse(fields[11], CultureInfo.InvariantCulture) + double.Parse(fields[12], CultureInfo.InvariantCulture);
            writer.Counter("process_cpu_seconds_total", "Total user and system CPU time spent in seconds", ticks / TicksPerSecond);
            writer.Gauge("process_threads", "Number of OS threads in the process.", double.Parse(fields[17], CultureInfo.InvariantCulture));
        }
        catch (IOException)
        {
            // No /proc: the families are left out.
        }
    }

    private static double? MaxDescriptors()
    {
        try
        {
            foreach (string line in File.ReadLines("/proc/self/limits"))
            {
                if (!line.StartsWith("Max open files", StringComparison.Ordinal)) continue;
                string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                return double.TryParse(fields[3], CultureInfo.InvariantCulture, out double value) ? value : double.PositiveInfinity;
            }
        }
        catch (IOException)
        {
            return null;
        }

        return null;
    }

    private static string[]? ReadFields(string path)
    {
        try
        {
            return File.ReadAllText(path).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
