using Linkerd.Local.Cluster;

namespace Linkerd.Local.Runtime;

/// <summary>
/// The machine's top folders as layers of a container's root. In a user namespace a folder that has mounts below it cannot be one: the kernel
/// does not let an ordinary user see what those mounts cover.
/// </summary>
internal sealed class HostFolders(bool userNamespace)
{
    private static readonly string Copies = Path.Combine(LocalPaths.Scratch, "host");
    private readonly string[] _mountPoints = userNamespace ? ReadMountPoints(File.ReadAllLines("/proc/self/mountinfo")) : [];
    private readonly Lazy<string> _etc = new(CopyEtc);

    /// <summary>Whether the cluster belongs to an ordinary user.</summary>
    public bool UserNamespace => userNamespace;

    /// <summary>What to use as the lower layer for a folder such as <c>/var</c>; null when it can only be mounted as it is.</summary>
    public string? LayerOf(string folder)
    {
        if (!_mountPoints.Any(m => m.StartsWith(folder + "/", StringComparison.Ordinal)))
            return folder;
        // Containers need files of their own in /etc, and it is small.
        return folder == "/etc" ? _etc.Value : null;
    }

    /// <summary>The mount points of <c>/proc/PID/mountinfo</c> (proc(5)): the fifth field, with octal escapes.</summary>
    internal static string[] ReadMountPoints(IEnumerable<string> lines) =>
        [.. lines.Select(static l => l.Split(' ')).Where(static f => f.Length > 4).Select(static f => f[4].Replace("\\040", " ", StringComparison.Ordinal))];

    private static string CopyEtc()
    {
        var target = Path.Combine(Copies, "etc");
        Copy(new DirectoryInfo("/etc"), target);
        return target;
    }

    // What the user may not read, containers of the user may not read either.
    private static void Copy(DirectoryInfo from, string to)
    {
        Directory.CreateDirectory(to);
        try
        {
            foreach (var entry in from.EnumerateFileSystemInfos())
            {
                var target = Path.Combine(to, entry.Name);
                if (Path.Exists(target))
                    continue;
                if (entry.LinkTarget is { } link)
                    File.CreateSymbolicLink(target, link);
                else if (entry is DirectoryInfo folder)
                    Copy(folder, target);
                else
                    CopyFile(entry.FullName, target);
            }
        }
        catch (UnauthorizedAccessException)
        {
            // A folder of root's own.
        }
    }

    private static void CopyFile(string from, string to)
    {
        try
        {
            File.Copy(from, to);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            // A file of root's own, or a socket.
        }
    }
}
