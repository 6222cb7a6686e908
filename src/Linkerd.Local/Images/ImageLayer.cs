using System.Formats.Tar;
using System.IO.Compression;

namespace Linkerd.Local.Images;

/// <summary>Applies one layer to a root folder, with whiteouts (OCI image specification, "Whiteouts").</summary>
internal static class ImageLayer
{
    private const string Whiteout = ".wh.";
    private const string OpaqueWhiteout = ".wh..wh..opq";

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
        if (name == OpaqueWhiteout)
        {
            foreach (var below in Directory.EnumerateFileSystemEntries(parent))
                Remove(below);
            return;
        }

        if (name.StartsWith(Whiteout, StringComparison.Ordinal))
        {
            Remove(Path.Combine(parent, name[Whiteout.Length..]));
            return;
        }

        Directory.CreateDirectory(parent);
        if (entry.EntryType == TarEntryType.Directory)
        {
            if (new FileInfo(target).LinkTarget is null)
                Directory.CreateDirectory(target);
            File.SetUnixFileMode(target, entry.Mode);
            Own(entry, target);
            return;
        }

        Remove(target);
        Extract(entry, target, root);
    }

    private static void Extract(TarEntry entry, string target, string root)
    {
        switch (entry.EntryType)
        {
            case TarEntryType.HardLink when Target(root, entry.LinkName) is { } source:
                File.Copy(source, target);
                File.SetUnixFileMode(target, File.GetUnixFileMode(source));
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

    private static void Own(TarEntry entry, string target) =>
        _ = Runtime.Native.ChangeOwner(target, (uint)entry.Uid, (uint)entry.Gid);

    // A layer may hold a link that points out of the root: what would be written through it stays inside.
    private static string? Target(string root, string name)
    {
        var current = root;
        var parts = name.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(static p => p != ".").ToArray();
        if (parts.Length == 0 || parts.Contains(".."))
            return null;
        foreach (var part in parts[..^1])
        {
            current = Path.Combine(current, part);
            if (new FileInfo(current).LinkTarget is { } link)
                current = link.StartsWith('/') ? root + link : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(current)!, link));
            if (!(current + "/").StartsWith(root + "/", StringComparison.Ordinal))
                throw new InvalidDataException($"\"{name}\" leaves the image through a link");
        }

        return Path.Combine(current, parts[^1]);
    }

    private static void Remove(string path)
    {
        if (new FileInfo(path).LinkTarget is not null || File.Exists(path))
            File.Delete(path);
        else if (Directory.Exists(path))
            Directory.Delete(path, recursive: true);
    }
}
