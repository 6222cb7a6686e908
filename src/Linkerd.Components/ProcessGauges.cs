namespace Linkerd.Components;

/// <summary>What the process takes of the machine, under the names that Prometheus' client libraries use.</summary>
internal static class ProcessGauges
{
    private const string Descriptors = "/proc/self/fd";

    /// <summary>Adds them; each is read when it is scraped.</summary>
    public static void Register(MetricRegistry metrics, TimeProvider time)
    {
        var started = time.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0;
        metrics.Gauge("process_start_time_seconds", "When the process started, in seconds since the epoch.", () => started);
        metrics.Gauge("process_resident_memory_bytes", "Resident memory.", static () => Environment.WorkingSet);
        metrics.Gauge("process_open_fds", "Open descriptors.", static () => Directory.Exists(Descriptors) ? Directory.GetFileSystemEntries(Descriptors).Length : 0);
        metrics.Counter("process_cpu_seconds_total", "CPU time, user and system.").With().Read = static () => OperatingSystem.IsLinux() ? Environment.CpuUsage.TotalTime.TotalSeconds : 0;
    }
}
