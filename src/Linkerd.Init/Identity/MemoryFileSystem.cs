namespace Linkerd.Init.Identity;

/// <summary>Tells whether a folder is on tmpfs or ramfs.</summary>
internal static class MemoryFileSystem
{
    public static bool Contains(string directory)
    {
        try
        {
            return new DriveInfo(Path.GetFullPath(directory)).DriveFormat is "tmpfs" or "ramfs" or "rootfs";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return false;
        }
    }
}
