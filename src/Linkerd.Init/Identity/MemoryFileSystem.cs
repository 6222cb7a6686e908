using System.Runtime.InteropServices;

namespace Linkerd.Init.Identity;

/// <summary>Tells whether a folder is on tmpfs or ramfs.</summary>
internal static unsafe partial class MemoryFileSystem
{
    private const long Tmpfs = 0x01021994;
    private const long Ramfs = 0x858458f6;

    public static bool Contains(string directory)
    {
        // struct statfs begins with the type, a long; it is 120 bytes on 64-bit Linux.
        var buffer = stackalloc long[32];
        return StatFs(directory, buffer) == 0 && buffer[0] is Tmpfs or Ramfs;
    }

    [LibraryImport("libc", EntryPoint = "statfs", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatFs(string path, long* buffer);
}
