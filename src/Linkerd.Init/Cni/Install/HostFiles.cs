namespace Linkerd.Init.Cni.Install;

/// <summary>Files of the node, which others read at any time: each is replaced whole, by rename, and only when it differs.</summary>
internal static class HostFiles
{
    public const UnixFileMode Secret = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public const UnixFileMode Program = Secret | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <summary>Writes a text; true when the file was not so before.</summary>
    public static bool Put(string path, string text, UnixFileMode mode)
    {
        if (File.Exists(path) && File.ReadAllText(path) == text)
            return false;
        Replace(path, mode, stream =>
        {
            using var writer = new StreamWriter(stream, leaveOpen: true);
            writer.Write(text);
        });
        return true;
    }

    /// <summary>Copies a file; true when the target was not so before.</summary>
    public static bool Copy(string source, string path, UnixFileMode mode)
    {
        if (File.Exists(path) && AreEqual(source, path))
            return false;
        using var from = File.OpenRead(source);
        Replace(path, mode, from.CopyTo);
        return true;
    }

    // The name is one that no runtime reads as configuration: those end in .conf, .conflist or .json.
    private static void Replace(string path, UnixFileMode mode, Action<Stream> write)
    {
        var part = Path.Combine(Path.GetDirectoryName(path)!, $".{Path.GetFileName(path)}.linkerd-part");
        File.Delete(part);
        using (var stream = new FileStream(part, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = mode }))
        {
            write(stream);
            stream.Flush(flushToDisk: true);
        }
        // The mask of this process may have taken bits away.
        File.SetUnixFileMode(part, mode);
        File.Move(part, path, overwrite: true);
    }

    private static bool AreEqual(string one, string other)
    {
        using var a = File.OpenRead(one);
        using var b = File.OpenRead(other);
        if (a.Length != b.Length)
            return false;
        var left = new byte[64 * 1024];
        var right = new byte[64 * 1024];
        while (true)
        {
            var count = a.ReadAtLeast(left, left.Length, throwOnEndOfStream: false);
            if (b.ReadAtLeast(right, right.Length, throwOnEndOfStream: false) != count || !left.AsSpan(0, count).SequenceEqual(right.AsSpan(0, count)))
                return false;
            if (count < left.Length)
                return true;
        }
    }
}
