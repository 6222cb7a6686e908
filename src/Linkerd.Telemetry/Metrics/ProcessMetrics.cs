using System.Globalization;

namespace Linkerd.Telemetry;

/// <summary>The <c>process_*</c> families, read from /proc when scraped; what /proc does not tell is left out.</summary>
public static class ProcessMetrics
{
    private const double TicksPerSecond = 100;

    private static readonly MetricDescription s_start = new("process_start_time_seconds", "gauge", "Time that the process started (in seconds since the UNIX epoch)");
    private static readonly MetricDescription s_uptime = new("process_uptime_seconds_total", "counter", "Total time since the process started (in seconds)");
    private static readonly MetricDescription s_clock = new("process_clock_time_seconds", "gauge", "Current system time for this proxy");
    private static readonly MetricDescription s_cpu = new("process_cpu_seconds_total", "counter", "Total user and system CPU time spent in seconds");
    private static readonly MetricDescription s_virtual = new("process_virtual_memory_bytes", "gauge", "Virtual memory size in bytes");
    private static readonly MetricDescription s_resident = new("process_resident_memory_bytes", "gauge", "Resident memory size in bytes");
    private static readonly MetricDescription s_open = new("process_open_fds", "gauge", "Number of open file descriptors");
    private static readonly MetricDescription s_max = new("process_max_fds", "gauge", "Maximum number of open file descriptors");
    private static readonly MetricDescription s_threads = new("process_threads", "gauge", "Number of OS threads in the process");
    private static readonly MetricDescription s_received = new("process_network_receive_bytes_total", "counter", "Bytes that the process's network namespace has received over IP");
    private static readonly MetricDescription s_sent = new("process_network_transmit_bytes_total", "counter", "Bytes that the process's network namespace has sent over IP");
    private static readonly MetricDescription s_allocated = new("dotnet_gc_heap_total_allocated_bytes_total", "counter", "Bytes allocated on the managed heap since the process started");

    /// <summary>Adds the families to a registry; <paramref name="time"/> gives the start time.</summary>
    public static void Register(MetricRegistry registry, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(registry);
        ArgumentNullException.ThrowIfNull(time);
        long began = time.GetTimestamp();
        double started = Seconds(time);
        registry.AddCollector(
            writer =>
            {
                Write(writer, s_start, Math.Floor(started));
                Write(writer, s_uptime, time.GetElapsedTime(began).TotalSeconds);
                Write(writer, s_clock, Seconds(time));
                Write(writer, s_allocated, GC.GetTotalAllocatedBytes(precise: true));
                WriteMemory(writer);
                WriteDescriptors(writer);
                WriteStat(writer);
                WriteNetwork(writer);
            },
            s_start, s_uptime, s_clock, s_allocated, s_virtual, s_resident, s_open, s_max, s_cpu, s_threads, s_received, s_sent);
    }

    private static double Seconds(TimeProvider time) => time.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0;

    private static void Write(MetricsWriter writer, MetricDescription family, double value)
    {
        writer.Family(family);
        writer.Sample(family.Name, string.Empty, value);
    }

    private static void WriteMemory(MetricsWriter writer)
    {
        string[] fields = Read("/proc/self/statm").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length < 2) return;
        Write(writer, s_virtual, Number(fields[0]) * Environment.SystemPageSize);
        Write(writer, s_resident, Number(fields[1]) * Environment.SystemPageSize);
    }

    private static void WriteDescriptors(MetricsWriter writer)
    {
        try
        {
            Write(writer, s_open, Directory.GetFileSystemEntries("/proc/self/fd").Length);
        }
        catch (IOException)
        {
            // Out of descriptors: the family is left out rather than the scrape failed.
        }

        foreach (string line in Read("/proc/self/limits").Split('\n'))
        {
            if (!line.StartsWith("Max open files", StringComparison.Ordinal)) continue;
            string text = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[3];
            Write(writer, s_max, double.TryParse(text, CultureInfo.InvariantCulture, out double value) ? value : double.PositiveInfinity);
        }
    }

    /// <summary>Fields of proc(5): the name in parentheses may hold blanks, so counting begins behind it.</summary>
    private static void WriteStat(MetricsWriter writer)
    {
        string text = Read("/proc/self/stat");
        int name = text.LastIndexOf(')');
        if (name < 0) return;
        string[] fields = text[(name + 2)..].Split(' ');
        Write(writer, s_cpu, (Number(fields[11]) + Number(fields[12])) / TicksPerSecond);
        Write(writer, s_threads, Number(fields[17]));
    }

    /// <summary>Two lines of the same group: names, then numbers.</summary>
    private static void WriteNetwork(MetricsWriter writer)
    {
        string[] names = [];
        foreach (string line in Read("/proc/self/net/netstat").Split('\n'))
        {
            if (!line.StartsWith("IpExt:", StringComparison.Ordinal)) continue;
            string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (names.Length == 0)
            {
                names = fields;
                continue;
            }

            int received = Array.IndexOf(names, "InOctets");
            int sent = Array.IndexOf(names, "OutOctets");
            if (received > 0 && received < fields.Length) Write(writer, s_received, Number(fields[received]));
            if (sent > 0 && sent < fields.Length) Write(writer, s_sent, Number(fields[sent]));
        }
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return string.Empty;
        }
    }
}
