using Linkerd.Local.Cluster;

namespace Linkerd.Local.Runtime;

/// <summary>The folders of one pod.</summary>
internal sealed class PodFolders(LocalPaths paths, string uid)
{
    /// <summary>Logs and disk volumes: on disk, until the pod is deleted.</summary>
    public string Disk { get; } = Path.Combine(paths.Pods, uid);

    /// <summary>Roots, secrets and memory volumes: gone with the cluster.</summary>
    public string Scratch { get; } = Path.Combine(LocalPaths.Scratch, "pods", uid);

    /// <summary>The log of a start of a container.</summary>
    public string Log(string container, int restarts) => Path.Combine(Disk, "logs", container, restarts + ".log");

    /// <summary>A volume that lives on disk.</summary>
    public string DiskVolume(string name) => Path.Combine(Disk, "volumes", name);

    /// <summary>A volume that lives in memory.</summary>
    public string MemoryVolume(string name) => Path.Combine(Scratch, "volumes", name);

    /// <summary>Where a start of a container is prepared.</summary>
    public string Container(string container, int restarts) => Path.Combine(Scratch, "containers", container, restarts.ToString(System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>Removes everything.</summary>
    public void Delete()
    {
        foreach (var folder in (string[])[Scratch, Disk])
        {
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
        }
    }
}
