using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using Linkerd.Kubernetes;

namespace Linkerd.Local.Images;

/// <summary>All images of the cluster: built in, the host's root, and what <c>linkerd local image load</c> unpacked.</summary>
internal sealed class ImageStore
{
    private readonly string _folder;
    private readonly BuiltinImages _builtin;
    private readonly Lock _lock = new();

    /// <summary>Unpacked images live below <paramref name="folder"/> and survive a restart.</summary>
    public ImageStore(string folder, BinaryFolder binaries)
    {
        _folder = folder;
        _builtin = new BuiltinImages(folder, binaries);
        Directory.CreateDirectory(Unpacked);
    }

    private string Unpacked => Path.Combine(_folder, "oci");

    private string NameFile(string name) =>
        Path.Combine(Unpacked, Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(ImageName.Normalize(name))))[..32] + ".name");

    /// <summary>Resolves a name.</summary>
    /// <exception cref="ImageException">It is not here; the message is what the pod's event says.</exception>
    public ContainerImage Resolve(string name)
    {
        if (_builtin.Find(name) is { } own)
            return own;
        if (ImageName.Repository(name) == "docker.io/library/host")
            return new ContainerImage { Name = name, Id = "local://host", OnHost = true };
        var file = NameFile(name);
        if (File.Exists(file))
            return UnpackedImage.Read(name, Path.Combine(Unpacked, File.ReadAllLines(file)[1]));
        throw new ImageException(
            $"image \"{name}\" is not on this machine and linkerd local does not pull: save it to an archive (docker save or skopeo copy ... oci-archive:) " +
            "and run `linkerd local image load ARCHIVE`, or use image \"host\" with a command of a package that is installed here");
    }

    /// <summary>The names of what was loaded.</summary>
    public IReadOnlyList<string> Loaded() =>
        [.. Directory.EnumerateFiles(Unpacked, "*.name").Select(f => File.ReadAllLines(f)[0]).Order(StringComparer.Ordinal)];

    /// <summary>Unpacks an archive (OCI layout or docker save, plain or gzip) and returns the names it brought.</summary>
    public IReadOnlyList<string> Load(string archive, string? name)
    {
        var work = Path.Combine(Unpacked, "work-" + Guid.NewGuid().ToString("N"));
        try
        {
            Extract(archive, work);
            var loaded = new List<string>();
            foreach (var found in ImageArchive.Read(work, name))
            {
                var folder = found.Digest[(found.Digest.IndexOf(':', StringComparison.Ordinal) + 1)..][..32];
                Unpack(found, Path.Combine(Unpacked, folder));
                foreach (var tag in found.Names)
                {
                    lock (_lock)
                        File.WriteAllLines(NameFile(tag), [ImageName.Normalize(tag), folder]);
                    loaded.Add(ImageName.Normalize(tag));
                }
            }

            return loaded.Count != 0 ? loaded : throw new ImageException($"{archive}: no image in it has a name; give one with --name");
        }
        catch (Exception e) when (e is InvalidDataException or IOException or JsonException or UnauthorizedAccessException or InvalidOperationException)
        {
            throw new ImageException($"{archive} cannot be loaded: {e.Message}", e);
        }
        finally
        {
            if (Directory.Exists(work))
                Directory.Delete(work, recursive: true);
        }
    }

    private static void Extract(string archive, string folder)
    {
        Directory.CreateDirectory(folder);
        using var file = File.OpenRead(archive);
        var gzip = file.ReadByte() == 0x1f && file.ReadByte() == 0x8b;
        file.Position = 0;
        using Stream stream = gzip ? new GZipStream(file, CompressionMode.Decompress) : file;
        TarFile.ExtractToDirectory(stream, folder, overwriteFiles: true);
    }

    private static void Unpack(ImageArchiveEntry entry, string folder)
    {
        if (File.Exists(Path.Combine(folder, "config.json")))
            return;
        var root = Path.Combine(folder, "root");
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(root);
        foreach (var layer in entry.Layers)
            ImageLayer.Apply(layer, root);
        // Last, so that an interrupted load is not taken for an image.
        File.Copy(entry.Config, Path.Combine(folder, "config.json"));
    }
}
