namespace Linkerd.Local.Runtime;

/// <summary>
/// A folder whose files change together: they are links through <c>..data</c>, which is swapped by one rename. A reader that
/// watches <c>..data</c>, as clients of Secrets do, sees old files or new ones, never a mixture.
/// </summary>
internal static class AtomicFolder
{
    private const string Data = "..data";

    /// <summary>Writes the files, unless they are there already.</summary>
    public static void Write(string folder, IReadOnlyDictionary<string, (byte[] Content, int Mode)> files, uint? group)
    {
        Directory.CreateDirectory(folder);
        if (Same(folder, files))
            return;
        var version = $"..{Guid.NewGuid():N}";
        var target = Path.Combine(folder, version);
        Directory.CreateDirectory(target);
        foreach (var (path, (content, mode)) in files)
        {
            var file = Path.Combine(target, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllBytes(file, content);
            File.SetUnixFileMode(file, (UnixFileMode)(group is null ? mode : mode | 0b100_000));
            if (group is { } gid)
                _ = Native.ChangeOwner(file, uint.MaxValue, gid);
        }

        var old = new DirectoryInfo(Path.Combine(folder, Data)).LinkTarget;
        var fresh = Path.Combine(folder, "..data_tmp");
        File.Delete(fresh);
        File.CreateSymbolicLink(fresh, version);
        // File.Move would follow the link, which leads to a folder.
        if (Native.Rename(fresh, Path.Combine(folder, Data)) != 0)
            throw new IOException($"{folder}: {Native.LastError()}");
        Link(folder, files.Keys);
        if (old is not null && Directory.Exists(Path.Combine(folder, old)))
            Directory.Delete(Path.Combine(folder, old), recursive: true);
    }

    private static void Link(string folder, IEnumerable<string> paths)
    {
        var tops = paths.Select(static p => p.Split('/')[0]).ToHashSet(StringComparer.Ordinal);
        foreach (var entry in Directory.EnumerateFileSystemEntries(folder))
        {
            var name = Path.GetFileName(entry);
            if (!name.StartsWith("..", StringComparison.Ordinal) && !tops.Contains(name))
                File.Delete(entry);
        }

        foreach (var top in tops.Where(top => new FileInfo(Path.Combine(folder, top)).LinkTarget is null))
            File.CreateSymbolicLink(Path.Combine(folder, top), $"{Data}/{top}");
    }

    private static bool Same(string folder, IReadOnlyDictionary<string, (byte[] Content, int Mode)> files)
    {
        var data = Path.Combine(folder, Data);
        return Directory.Exists(data)
            && Directory.EnumerateFiles(data, "*", SearchOption.AllDirectories).Count() == files.Count
            && files.All(f => File.Exists(Path.Combine(data, f.Key)) && File.ReadAllBytes(Path.Combine(data, f.Key)).AsSpan().SequenceEqual(f.Value.Content));
    }
}
