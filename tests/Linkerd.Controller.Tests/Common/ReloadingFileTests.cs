using Linkerd.Components.Webhooks;

namespace Linkerd.Controller.Tests.Common;

public sealed class ReloadingFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mount").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_file_of_a_mounted_volume_is_read_again_when_the_kubelet_swaps_its_folder()
    {
        var clock = new StepClock();
        Swap("one", "first");
        File.CreateSymbolicLink(Path.Combine(_folder, "file"), Path.Combine("..data", "file"));
        var file = new ReloadingFile<string>(Path.Combine(_folder, "file"), static text => text, clock);
        Assert.Equal("first", file.Value);

        // The link of the file itself stays; only the one to the folder is replaced.
        Swap("two", "second");
        Assert.Equal("first", file.Value);
        clock.Seconds = 2;
        Assert.Equal("second", file.Value);

        Directory.Delete(Path.Combine(_folder, "two"), recursive: true);
        clock.Seconds = 4;
        Assert.Equal("second", file.Value);
    }

    [Fact]
    public void A_file_that_could_never_be_read_is_named() =>
        Assert.Contains("absent", Assert.Throws<InvalidDataException>(() => new ReloadingFile<string>(Path.Combine(_folder, "absent"), static text => text, new StepClock()).Value).Message, StringComparison.Ordinal);

    private void Swap(string folder, string text)
    {
        Directory.CreateDirectory(Path.Combine(_folder, folder));
        File.WriteAllText(Path.Combine(_folder, folder, "file"), text);
        var link = new DirectoryInfo(Path.Combine(_folder, "..data"));
        if (link.Exists)
            link.Delete();
        link.CreateAsSymbolicLink(folder);
    }

    private sealed class StepClock : TimeProvider
    {
        public long Seconds { get; set; }

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Seconds;
    }
}
