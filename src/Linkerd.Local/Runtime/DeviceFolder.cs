using Linkerd.Local.Cluster;

namespace Linkerd.Local.Runtime;

/// <summary>The /dev that all containers share: a handful of harmless devices, bound from the machine's.</summary>
internal static class DeviceFolder
{
    private static readonly string[] Devices = ["null", "zero", "full", "random", "urandom", "tty"];
    private static readonly (string Name, string Target)[] Links =
        [("fd", "/proc/self/fd"), ("stdin", "/proc/self/fd/0"), ("stdout", "/proc/self/fd/1"), ("stderr", "/proc/self/fd/2"), ("ptmx", "pts/ptmx")];

    public static string Path => LocalPaths.Scratch + "/dev";

    public static async Task SetUpAsync(CancellationToken cancel)
    {
        Directory.CreateDirectory(Path + "/shm");
        Directory.CreateDirectory(Path + "/pts");
        foreach (var (name, target) in Links)
            File.CreateSymbolicLink($"{Path}/{name}", target);
        File.WriteAllText(Path + "/termination-log", "");
        foreach (var name in Devices)
        {
            File.WriteAllText($"{Path}/{name}", "");
            await Tool.RunAsync("mount", ["--bind", "/dev/" + name, $"{Path}/{name}"], cancel: cancel);
        }
    }
}
