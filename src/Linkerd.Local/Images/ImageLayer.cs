using System.Formats.Tar;
using System.IO.Compression;

namespace Linkerd.Local.Images;

/// <summary>
/// Applies one layer to a root folder, with whiteouts (OCI image specification, "Whiteouts"). A layer is what somebody else made:
/// its links are followed as a process in that root would follow them, so nothing outside of the root is read or written.
/// </summary>
internal static class ImageLayer
{
    private const string Whiteout = ".wh.";
    private const string OpaqueWhiteout = ".wh..wh..opq";
    private const int MaxLinks = 40;

    public static void Apply(string layer, string root)
    {
        using var file = File.OpenRead(layer);
        Span<byte> magic = stackalloc byte[4];
        _ = file.ReadAtLeast(magic, 4, throwOnEndOfStream: false);
        file.Position = 0;
        if (magic is [0x28, 0xb5, 0x2f, 0xfd])
            throw new InvalidDataException("a layer is compressed with zstd; save the image with gzip layers");
        using Stream stream = magic[0] == 0x1f && magic[1] == 0x8b ? new GZipStream(file, CompressionMode.Decompress) : file;
        using var reader = new TarReader(stream);
        while (reader.GetNextEntry() is { } entry)
            ApplyEntry(entry, root);
    }

    private static void ApplyEntry(TarEntry entry, string root)
    {
        var target = Target(root, entry.Name);
        if (target is null || entry.EntryType is TarEntryType.GlobalExtendedAttributes)
            return;
        var name = Path.GetFileName(target);
        var parent = Path.GetDirectoryName(target)!;
        if (name.StartsWith(Whiteout, StringComparison.Ordinal))
        {
            Hide(name, parent);
            return;
        }

        Directory.CreateDirectory(parent);
        if (entry.EntryType != TarEntryType.Directory)
        {
            Remove(target);
            Extract(entry, target, root);
            return;
        }

        // A link to a folder stays; its folder is told of by its own entry.
        if (IsLink(target))
            return;
        Directory.CreateDirectory(target);
        File.SetUnixFileMode(target, entry.Mode);
        Own(entry, target);
    }

    private static void Hide(string whiteout, string parent)
    {
        if (!Directory.Exists(parent))
            return;
        if (whiteout == OpaqueWhiteout)
        {
            foreach (var below in Directory.EnumerateFileSystemEntries(parent))
                Remove(below);
        }
        else if (whiteout[Whiteout.Length..] is var hidden and not ("" or "." or ".."))
        {
            Remove(Path.Combine(parent, hidden));
        }
    }

    private static void Extract(TarEntry entry, string target, string root)
    {
        switch (entry.EntryType)
        {
            case TarEntryType.HardLink when Target(root, entry.LinkName) is { } source:
                Link(source, target);
                break;
            case TarEntryType.SymbolicLink:
                File.CreateSymbolicLink(target, entry.LinkName);
                break;
            case TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile:
                entry.ExtractToFile(target, overwrite: true);
                Own(entry, target);
                File.SetUnixFileMode(target, entry.Mode);
                break;
        }
    }

    private static void Link(string source, string target)
    {
        if (new FileInfo(source).LinkTarget is { } link)
        {
            File.CreateSymbolicLink(target, link);
            return;
        }

        File.Copy(source, target);
        File.SetUnixFileMode(target, File.GetUnixFileMode(source));
    }

    private static void Own(TarEntry entry, string target) =>
        _ = Runtime.Native.ChangeOwner(target, (uint)entry.Uid, (uint)entry.Gid);

    private static bool IsLink(string path) => new FileInfo(path).LinkTarget is not null;

    /// <summary>Where an entry belongs: its parent with every link followed inside the root, and its own name, which may be a link. Null for names that climb.</summary>
    private static string? Target(string root, string name)
    {
        var parts = name.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(static p => p != ".").ToArray();
        return parts.Length == 0 || parts.Contains("..") ? null : Path.Combine(Follow(root, name, parts[..^1]), parts[^1]);
    }

    private static string Follow(string root, string name, string[] parts)
    {
        var left = new Stack<string>(Enumerable.Reverse(parts));
        var done = new List<string>();
        var links = 0;
        while (left.TryPop(out var part))
        {
            if (part is "." or "..")
            {
                // Above the root there is the root.
                if (part == ".." && done.Count > 0)
                    done.RemoveAt(done.Count - 1);
                continue;
            }

            done.Add(part);
            if (new FileInfo(Join(root, done)).LinkTarget is not { } link)
                continue;
            if (++links > MaxLinks)
                throw new InvalidDataException($"\"{name}\" goes through more than {MaxLinks} links");
            if (link.StartsWith('/'))
                done.Clear();
            else
                done.RemoveAt(done.Count - 1);
            foreach (var piece in Enumerable.Reverse(link.Split('/', StringSplitOptions.RemoveEmptyEntries)))
                left.Push(piece);
        }

        return Join(root, done);
    }

    private static string Join(string root, List<string> parts) => parts.Count == 0 ? root : root + "/" + string.Join('/', parts);

    private static void Remove(string path)
    {
        if (IsLink(path) || File.Exists(path))
            File.Delete(path);
        else if (Directory.Exists(path))
            Directory.Delete(path, recursive: true);
    }
}
