using System.Text.Json.Nodes;
using Linkerd.Local.Storage;
using Linkerd.Testing;

namespace Linkerd.Local.Tests.Api;

/// <summary>The store: versions, history, recovery.</summary>
public sealed class ObjectStoreTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("linkerd-store-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_write_against_another_state_than_expected_is_refused()
    {
        using var store = new ObjectStore();
        var things = store.Resource("x/things");
        var first = store.TryPut(things, "a", null, Node("1"))!;
        var second = store.TryPut(things, "a", first, Node("2"));
        Assert.NotNull(second);
        Assert.Null(store.TryPut(things, "a", first, Node("3")));
        Assert.Null(store.TryPut(things, "a", null, Node("3")));
        Assert.Null(store.TryDelete(things, first));
        Assert.True(second.Version > first.Version);
    }

    [Fact]
    public void The_past_is_rebuilt_from_the_history()
    {
        using var store = new ObjectStore();
        var things = store.Resource("x/things");
        var a = store.TryPut(things, "a", null, Node("1"))!;
        var b = store.TryPut(things, "b", null, Node("1"))!;
        store.TryPut(things, "a", a, Node("2"));
        store.TryDelete(things, b);
        var past = things.At(b.Version)!;
        Assert.Equal(["a", "b"], past.Keys);
        Assert.Equal("1", past["a"].Node["v"]!.ToString());
        Assert.Equal(["a"], things.At(store.Version)!.Keys);
    }

    [Fact]
    public void History_is_bounded_and_what_lies_before_it_is_gone()
    {
        using var store = new ObjectStore(historyLimit: 3);
        var things = store.Resource("x/things");
        var first = store.TryPut(things, "a", null, Node("0"))!;
        var last = first;
        for (var i = 0; i < 5; i++) last = store.TryPut(things, "a", last, Node("n"))!;
        Assert.Null(things.Watch(first.Version, 10));
        Assert.Null(things.At(first.Version));
        using var watcher = things.Watch(last.Version - 2, 10)!;
        Assert.Equal(2, watcher.Events.Count);
    }

    [Fact]
    public void A_watcher_that_falls_behind_loses_its_watch()
    {
        using var store = new ObjectStore();
        var things = store.Resource("x/things");
        using var watcher = things.Watch(store.Version, 2)!;
        StoredObject? last = null;
        for (var i = 0; i < 4; i++) last = store.TryPut(things, "a", last, Node("n"));
        Assert.True(watcher.Events.TryRead(out _));
        Assert.True(watcher.Events.TryRead(out _));
        Assert.False(watcher.Events.TryRead(out _));
        Assert.True(watcher.Events.Completion.IsCompleted);
    }

    [Fact]
    public void Everything_is_there_after_the_process_died()
    {
        // Not disposed: the files are what a killed process leaves.
        var store = new ObjectStore(_folder, TimeSpan.FromHours(1));
        var things = store.Resource("x/things");
        var a = store.TryPut(things, "a", null, Node("1"))!;
        store.TryPut(things, "b", null, Node("2"));
        store.TryPut(things, "a", a, Node("3"));
        store.TryDelete(things, things.Objects["b"]);
        var copy = CopyFolder();
        store.Dispose();

        using var again = new ObjectStore(copy, TimeSpan.Zero);
        Assert.Equal(store.Version, again.Version);
        Assert.Equal("3", again.Resource("x/things").Objects.Single().Value.Node["v"]!.ToString());
        using var watcher = again.Resource("x/things").Watch(a.Version, 10)!;
        Assert.Equal(3, watcher.Events.Count);
        Directory.Delete(copy, recursive: true);
    }

    [Fact]
    public void A_torn_record_ends_the_log_and_is_cut_off()
    {
        using (var store = new ObjectStore(_folder, TimeSpan.Zero))
        {
            var things = store.Resource("x/things");
            store.TryPut(things, "a", null, Node("1"));
            store.TryPut(things, "b", null, Node("2"));
        }
        var log = Directory.EnumerateFiles(_folder, "wal-*").Single();
        using (var stream = File.OpenWrite(log)) stream.SetLength(stream.Length - 3);
        using (var store = new ObjectStore(_folder, TimeSpan.Zero))
        {
            var things = store.Resource("x/things");
            Assert.Equal(["a"], things.Objects.Keys);
            store.TryPut(things, "c", null, Node("3"));
        }
        using var third = new ObjectStore(_folder, TimeSpan.Zero);
        Assert.Equal(["a", "c"], third.Resource("x/things").Objects.Keys);
    }

    [Fact]
    public async Task A_long_log_becomes_a_snapshot()
    {
        var big = new string('x', 64 * 1024);
        long version;
        using (var store = new ObjectStore(_folder, TimeSpan.FromHours(1)))
        {
            var things = store.Resource("x/things");
            StoredObject? last = null;
            for (var i = 0; i < 200; i++) last = store.TryPut(things, "a", last, Node(big));
            await Eventually.TrueAsync(() => Directory.EnumerateFiles(_folder, "snapshot-*").Any(f => !f.EndsWith(".tmp", StringComparison.Ordinal)), "a snapshot");
            store.TryPut(things, "b", null, Node("after"));
            version = store.Version;
        }
        Assert.True(Directory.EnumerateFiles(_folder).Sum(f => new FileInfo(f).Length) < 12 << 20);
        using var again = new ObjectStore(_folder, TimeSpan.Zero);
        Assert.Equal(version, again.Version);
        Assert.Equal(["a", "b"], again.Resource("x/things").Objects.Keys);
    }

    private static JsonObject Node(string value) => new() { ["metadata"] = new JsonObject { ["name"] = "a" }, ["v"] = value };

    private string CopyFolder()
    {
        var copy = Directory.CreateTempSubdirectory("linkerd-store-").FullName;
        foreach (var file in Directory.EnumerateFiles(_folder)) File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        return copy;
    }
}
