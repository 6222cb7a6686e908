using System.Net;
using System.Text;

namespace Linkerd.Kubernetes.Tests;

public sealed class InformerTests : IAsyncDisposable
{
    private readonly ScriptedApiServer _server = new();
    private readonly RecordingHandler _log = new();
    private readonly List<Exception> _errors = [];
    private readonly List<(GroupVersionResource Resource, TimeSpan Ago)> _lags = [];
    private readonly Informer<Models.Pod> _informer;

    public InformerTests()
    {
        var options = new InformerOptions
        {
            MinBackoff = TimeSpan.FromMilliseconds(1),
            MaxBackoff = TimeSpan.FromMilliseconds(5),
            MaxObjects = 5,
            OnChangeSeen = (resource, ago) => _lags.Add((resource, ago)),
            OnError = e =>
            {
                lock (_errors)
                    _errors.Add(e);
            },
        };
        _informer = new Informer<Models.Pod>(_server.Client().Resource(Resources.Pods), options);
        _informer.AddHandler(_log);
    }

    public ValueTask DisposeAsync() => _informer.DisposeAsync();

    private async Task<ScriptedRequest> SyncAsync(params string[] pods)
    {
        _informer.Start();
        (await _server.NextAsync()).Reply(Say.List("100", "", pods));
        foreach (var _ in pods)
            await _log.NextAsync();
        return await _server.NextAsync();
    }

    [Fact]
    public async Task Says_how_long_ago_a_change_was_recorded()
    {
        var watch = (await SyncAsync(Say.Pod("a", "1"))).Stream();
        // Two writers: the later one counts.
        const string Managed = """[{"manager":"x","time":"2020-01-01T00:00:00Z","fieldsV1":{"f:a":{}}},{"manager":"y","time":"2020-01-01T00:00:30Z"}]""";
        await watch.SayAsync(Say.Event("MODIFIED", $$$"""{"metadata":{"namespace":"ns","name":"a","resourceVersion":"102","managedFields":{{{Managed}}}}}"""));
        Assert.Equal("~a@1>102", await _log.NextAsync());
        await Testing.Eventually.TrueAsync(() => _lags.Count == 1);
        Assert.Equal("pods/v1", _lags[0].Resource.ToString());
        Assert.Equal(DateTimeOffset.Parse("2020-01-01T00:00:30Z"), TimeProvider.System.GetUtcNow() - _lags[0].Ago, TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task Lists_in_pages_and_watches_from_the_lists_version()
    {
        _informer.Start();
        var first = await _server.NextAsync();
        Assert.Equal("/api/v1/pods", first.Path);
        Assert.Contains("limit=500", first.Query);
        Assert.False(_informer.HasSynced);
        first.Reply(Say.List("90", "more", Say.Pod("a", "1")));
        var second = await _server.NextAsync();
        Assert.Contains("continue=more", second.Query);
        second.Reply(Say.List("100", "", Say.Pod("b", "2")));
        var watch = await _server.NextAsync();
        Assert.True(watch.IsWatch);
        Assert.Contains("resourceVersion=100", watch.Query);
        Assert.Contains("allowWatchBookmarks=true", watch.Query);
        Assert.True(_informer.HasSynced);
        Assert.Equal(["+a@1", "+b@2"], [await _log.NextAsync(), await _log.NextAsync()]);
        Assert.Equal("10.0.0.1", _informer.Get("ns", "b")!.Status!.PodIP);
    }

    [Fact]
    public async Task Applies_events_and_resumes_where_the_watch_ended()
    {
        var watch = (await SyncAsync(Say.Pod("a", "1"))).Stream();
        await watch.SayAsync(Say.Event("ADDED", Say.Pod("b", "101")) + Say.Event("MODIFIED", Say.Pod("a", "102", "10.0.0.9")) + Say.Event("DELETED", Say.Pod("b", "103")));
        Assert.Equal(["+b@101", "~a@1>102", "-b"], [await _log.NextAsync(), await _log.NextAsync(), await _log.NextAsync()]);
        Assert.Equal(1, _informer.Count);
        await watch.CompleteAsync();
        var resumed = await _server.NextAsync();
        Assert.True(resumed.IsWatch);
        Assert.Contains("resourceVersion=103", resumed.Query);
    }

    [Fact]
    public async Task A_bookmark_moves_the_version_without_an_event()
    {
        var watch = (await SyncAsync()).Stream();
        await watch.SayAsync("\n" + Say.Event("BOOKMARK", """{"kind":"Pod","apiVersion":"v1","metadata":{"resourceVersion":"150","creationTimestamp":null}}"""));
        await watch.CompleteAsync();
        Assert.Contains("resourceVersion=150", (await _server.NextAsync()).Query);
        Assert.True(_log.IsQuiet);
    }

    [Fact]
    public async Task Bytes_may_come_one_at_a_time()
    {
        var watch = (await SyncAsync()).Stream();
        foreach (var b in Encoding.UTF8.GetBytes(Say.Event("ADDED", Say.Pod("slow-é", "101"))))
            await watch.WriteAsync(new[] { b });
        Assert.Equal("+slow-é@101", await _log.NextAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_version_that_is_gone_is_listed_again_and_missed_deletions_are_told(bool inStream)
    {
        var request = await SyncAsync(Say.Pod("a", "1"), Say.Pod("b", "2"));
        if (inStream)
            await request.Stream().SayAsync(Say.Event("ERROR", Say.Status(410, "Expired")));
        else
            request.Reply(Say.Status(410, "Expired"), HttpStatusCode.Gone);
        var list = await _server.NextAsync();
        Assert.False(list.IsWatch);
        list.Reply(Say.List("200", "", Say.Pod("a", "1"), Say.Pod("c", "180")));
        Assert.Equal(["+c@180", "-b"], [await _log.NextAsync(), await _log.NextAsync()]);
        Assert.Contains("resourceVersion=200", (await _server.NextAsync()).Query);
        Assert.True(((KubernetesException)_errors[0]).IsGone);
    }

    [Theory]
    [InlineData("not json\n")]
    [InlineData("{\"type\":\"ADDED\"}\n")]
    [InlineData("{\"type\":\"ADDED\",\"object\":[1]}\n")]
    [InlineData("{\"type\":\"NONSENSE\",\"object\":{}}\n")]
    [InlineData("[]\n")]
    public async Task A_malformed_event_is_reported_and_the_informer_recovers(string line)
    {
        await (await SyncAsync(Say.Pod("a", "1"))).Stream().SayAsync(line);
        var next = await _server.NextAsync();
        if (!next.IsWatch)
            next.Reply(Say.List("300", "", Say.Pod("a", "1")));
        var watch = (next.IsWatch ? next : await _server.NextAsync()).Stream();
        await watch.SayAsync(Say.Event("MODIFIED", Say.Pod("a", "301")));
        Assert.Equal("~a@1>301", await _log.NextAsync());
        Assert.Contains("watch of pods/v1", Assert.Single(_errors).Message);
    }

    [Fact]
    public async Task An_unreachable_server_is_tried_again_and_the_cache_kept()
    {
        var watch = await SyncAsync(Say.Pod("a", "1"));
        watch.Answer.SetException(new HttpRequestException("connection refused"));
        var again = await _server.NextAsync();
        Assert.True(again.IsWatch, "the version is still good: no list is needed");
        again.Reply(Say.Status(503, "ServiceUnavailable"), HttpStatusCode.ServiceUnavailable);
        Assert.True((await _server.NextAsync()).IsWatch);
        Assert.NotNull(_informer.Get("ns", "a"));
        Assert.True(_log.IsQuiet);
    }

    [Fact]
    public async Task A_connection_that_breaks_under_a_watch_loses_nothing_and_costs_no_list()
    {
        var watch = await SyncAsync(Say.Pod("a", "1"));
        for (var i = 0; i < 20; i++)
        {
            Assert.True(watch.IsWatch);
            var stream = watch.Stream();
            await stream.SayAsync(Say.Event("MODIFIED", Say.Pod("a", $"{200 + i}")));
            await _log.NextAsync();
            await stream.CompleteAsync(new IOException("connection reset"));
            watch = await _server.NextAsync();
            Assert.Contains($"resourceVersion={200 + i}", watch.Query);
        }

        Assert.Equal(20, _errors.Count);
    }

    [Fact]
    public async Task What_a_handler_throws_is_about_one_object()
    {
        _informer.AddHandler(new Choosy());
        var watch = (await SyncAsync(Say.Pod("a", "1"), Say.Pod("bad", "2"), Say.Pod("c", "3"))).Stream();
        Assert.True(_informer.HasSynced);
        await watch.SayAsync(Say.Event("MODIFIED", Say.Pod("bad", "101")) + Say.Event("MODIFIED", Say.Pod("c", "102")));
        Assert.Equal(["~bad@2>101", "~c@3>102"], [await _log.NextAsync(), await _log.NextAsync()]);
        Assert.Equal(2, _errors.Count);
        Assert.All(_errors, static e => Assert.Equal("pods/v1 ns/bad cannot be used: no good", e.Message));
    }

    [Fact]
    public async Task An_object_nested_as_deep_as_servers_take_it_is_read()
    {
        const int Depth = 9990;
        string Deep(string version) => $$"""{"metadata":{"name":"deep","namespace":"ns","resourceVersion":"{{version}}"},"spec":{{new string('[', Depth)}}{{new string(']', Depth)}}}""";
        var type = ResourceType.Dynamic(new GroupVersionResource("linkerd.io", "v1alpha2", "serviceprofiles"), "ServiceProfile", namespaced: true);
        var versions = System.Threading.Channels.Channel.CreateUnbounded<string>();
        await using var informer = new Informer<System.Text.Json.Nodes.JsonObject>(_server.Client().Resource(type), new() { OnError = e => versions.Writer.TryWrite(e.Message) });
        informer.AddHandler(new Versions(versions.Writer));
        informer.Start();
        (await _server.NextAsync()).Reply(Say.List("100", "", Deep("1")));
        await (await _server.NextAsync()).Stream().SayAsync(Say.Event("MODIFIED", Deep("101")));
        Assert.Equal(["1", "101"], [await versions.Reader.ReadAsync(), await versions.Reader.ReadAsync()]);
    }

    private sealed class Choosy : IInformerHandler<Models.Pod>
    {
        public void OnAdded(Models.Pod value) => Check(value);

        public void OnUpdated(Models.Pod old, Models.Pod value) => Check(value);

        public void OnDeleted(Models.Pod value) => Check(value);

        private static void Check(Models.Pod value)
        {
            if (value.Metadata.Name == "bad")
                throw new OverflowException("no good");
        }
    }

    private sealed class Versions(System.Threading.Channels.ChannelWriter<string> seen) : IInformerHandler<System.Text.Json.Nodes.JsonObject>
    {
        public void OnAdded(System.Text.Json.Nodes.JsonObject value) => seen.TryWrite((string)value["metadata"]!["resourceVersion"]!);

        public void OnUpdated(System.Text.Json.Nodes.JsonObject old, System.Text.Json.Nodes.JsonObject value) => OnAdded(value);

        public void OnDeleted(System.Text.Json.Nodes.JsonObject value) => OnAdded(value);
    }

    [Fact]
    public async Task Too_many_objects_are_a_fault_not_an_exhausted_memory()
    {
        _informer.Start();
        (await _server.NextAsync()).Reply(Say.List("1", "", [.. Enumerable.Range(0, 6).Select(i => Say.Pod("p" + i, "1"))]));
        await _server.NextAsync();
        Assert.False(_informer.HasSynced);
        Assert.Contains("more than 5 objects", _errors[0].Message);
    }

    [Fact]
    public async Task A_factory_shares_informers_of_equal_selection()
    {
        await using var factory = new InformerFactory(_server.Client());
        var pods = factory.For(Resources.Pods);
        Assert.Same(pods, factory.For(Resources.Pods));
        Assert.NotSame(pods, factory.For(Resources.Pods, "ns"));
        Assert.NotSame(pods, factory.For(Resources.Pods, options: new() { LabelSelector = "a=b" }));
    }
}
