using System.Globalization;

namespace Linkerd.Local.Cluster;

/// <summary>Says which process is the supervisor. The start time tells it from a later process that got the same id.</summary>
internal static class SupervisorFile
{
    /// <summary>Writes this process's.</summary>
    public static void Write(LocalPaths paths)
    {
        var id = Environment.ProcessId;
        File.WriteAllText(paths.PidFile, $"{id.ToString(CultureInfo.InvariantCulture)} {StartTime(id)}\n");
    }

    /// <summary>The id of the running supervisor, or null.</summary>
    public static int? Read(LocalPaths paths)
    {
        if (!File.Exists(paths.PidFile))
            return null;
        var words = File.ReadAllText(paths.PidFile).Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        return words is [var id, var start] && int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && StartTime(pid) == start ? pid : null;
    }

    // Field 22 of /proc/PID/stat; the command in field 2 may hold blanks, so counting begins behind its parenthesis.
    private static string? StartTime(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] == "Z" ? null : fields[19];
        }
        catch (IOException)
        {
            return null;
        }
    }
}
