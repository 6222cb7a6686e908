namespace Linkerd.Interop;

/// <summary>Where the peers' scripts are.</summary>
internal static class Scripts
{
    public static string Folder(string peer)
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Linkerd.slnx")))
            directory = directory.Parent;
        return Path.Combine(directory!.FullName, "tests", "Linkerd.Interop", peer);
    }
}
