using System.Formats.Tar;
using System.Text;
using System.Text.Json.Nodes;
using Linkerd.Local.Images;

namespace Linkerd.Local.Tests.Runtime;

/// <summary>Layers and archives that somebody made to reach out of the image.</summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class ImageLayerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public ImageLayerTests()
    {
        Directory.CreateDirectory(Root);
        Directory.CreateDirectory(Outside, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.WriteAllText(Path.Combine(Outside, "secret"), "secret");
    }

    private string Root => Path.Combine(_folder, "image", "root");

    private string Outside => Path.Combine(_folder, "outside");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static PaxTarEntry Entry(TarEntryType type, string name, string? link = null, string? content = null)
    {
        var entry = new PaxTarEntry(type, name) { Mode = (UnixFileMode)0b111_111_111 };
        if (link is not null)
            entry.LinkName = link;
        if (content is not null)
            entry.DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content));
        return entry;
    }

    private void Apply(params PaxTarEntry[] entries)
    {
        var layer = Path.Combine(_folder, "layer.tar");
        using (var tar = new TarWriter(File.Create(layer)))
        {
            foreach (var entry in entries)
                tar.WriteEntry(entry);
        }

        ImageLayer.Apply(layer, Root);
    }

    private void AssertUntouched()
    {
        Assert.Equal([Path.Combine(Outside, "secret")], Directory.EnumerateFileSystemEntries(Outside));
        Assert.Equal("secret", File.ReadAllText(Path.Combine(Outside, "secret")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Outside));
        Assert.True(Directory.Exists(Root));
    }

    public static TheoryData<string> WaysOut() => ["ABS", "/../../../../../../../../..ABS", "../../../../../../../../../..ABS", "../../outside", "/b/../../../outside"];

    [Theory]
    [MemberData(nameof(WaysOut))]
    public void What_is_written_through_a_link_stays_in_the_image(string way)
    {
        Apply(
            Entry(TarEntryType.SymbolicLink, "a", way.Replace("ABS", Outside, StringComparison.Ordinal)),
            Entry(TarEntryType.RegularFile, "a/planted", content: "x"),
            Entry(TarEntryType.RegularFile, "a/deep/planted", content: "x"),
            Entry(TarEntryType.RegularFile, "a/.wh.secret", content: ""),
            Entry(TarEntryType.RegularFile, "a/.wh..wh..opq", content: ""),
            Entry(TarEntryType.Directory, "a"));
        AssertUntouched();
    }

    [Fact]
    public void A_link_behind_a_link_is_followed_inside_of_the_image()
    {
        Apply(
            Entry(TarEntryType.SymbolicLink, "b", "/c"),
            Entry(TarEntryType.SymbolicLink, "c", Outside),
            Entry(TarEntryType.RegularFile, "b/planted", content: "x"));
        AssertUntouched();
        Assert.Equal("x", File.ReadAllText(Root + Outside + "/planted"));
    }

    [Fact]
    public void A_hard_link_to_a_link_brings_nothing_from_outside()
    {
        Apply(Entry(TarEntryType.SymbolicLink, "e", Path.Combine(Outside, "secret")), Entry(TarEntryType.HardLink, "f", "e"));
        Assert.Equal(Path.Combine(Outside, "secret"), new FileInfo(Path.Combine(Root, "f")).LinkTarget);
        AssertUntouched();
    }

    [Theory]
    [InlineData(".wh...")]
    [InlineData("d/.wh...")]
    [InlineData(".wh..")]
    [InlineData(".wh.")]
    public void A_whiteout_hides_what_is_beside_it_and_nothing_above(string name)
    {
        Apply(Entry(TarEntryType.RegularFile, "d/kept", content: "x"), Entry(TarEntryType.RegularFile, name, content: ""));
        Assert.True(File.Exists(Path.Combine(Root, "d/kept")));
        AssertUntouched();
    }

    [Fact]
    public void Links_in_a_circle_are_a_fault_of_the_image() =>
        Assert.Contains("40 links", Assert.Throws<InvalidDataException>(() => Apply(
            Entry(TarEntryType.SymbolicLink, "x", "y"), Entry(TarEntryType.SymbolicLink, "y", "x"), Entry(TarEntryType.RegularFile, "x/file", content: ""))).Message);

    [Fact]
    public void Layers_change_and_hide_what_earlier_ones_brought()
    {
        Apply(Entry(TarEntryType.Directory, "usr/lib"), Entry(TarEntryType.SymbolicLink, "lib", "usr/lib"), Entry(TarEntryType.RegularFile, "lib/a", content: "1"), Entry(TarEntryType.RegularFile, "lib/b", content: "1"));
        Apply(Entry(TarEntryType.RegularFile, "lib/a", content: "2"), Entry(TarEntryType.RegularFile, "usr/lib/.wh.b", content: ""), Entry(TarEntryType.HardLink, "hard", "lib/a"));
        Assert.Equal("2", File.ReadAllText(Path.Combine(Root, "usr/lib/a")));
        Assert.False(File.Exists(Path.Combine(Root, "usr/lib/b")));
        Assert.Equal("2", File.ReadAllText(Path.Combine(Root, "hard")));
    }

    [Theory]
    [InlineData("""{"manifests":[{"digest":"sha256:self"}]}""", "indexes are in one another")]
    [InlineData("""{"manifests":{}}""", "has no list \"manifests\"")]
    [InlineData("""{}""", "has no list \"manifests\"")]
    [InlineData("""{"manifests":[{"digest":5}]}""", "cannot be loaded")]
    [InlineData("""{"manifests":[{"digest":"sha256:../../../../etc/passwd"}]}""", "leaves the archive")]
    [InlineData("[]", "cannot be loaded")]
    public void An_index_that_makes_no_sense_is_a_fault_of_the_archive(string index, string expected)
    {
        var archive = Path.Combine(_folder, "archive.tar");
        using (var tar = new TarWriter(File.Create(archive)))
        {
            tar.WriteEntry(Entry(TarEntryType.RegularFile, "index.json", content: index));
            tar.WriteEntry(Entry(TarEntryType.RegularFile, "blobs/sha256/self", content: index));
        }

        var store = new ImageStore(Path.Combine(_folder, "store"), new BinaryFolder(_folder));
        Assert.Contains(expected, Assert.Throws<ImageException>(() => store.Load(archive, "x")).Message, StringComparison.Ordinal);
    }
}
