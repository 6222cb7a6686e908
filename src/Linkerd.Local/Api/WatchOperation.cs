using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Linkerd.Local.Printing;
using Linkerd.Local.Schema;
using Linkerd.Local.Storage;

namespace Linkerd.Local.Api;

/// <summary>Serves one watch: the state or the backlog first, then changes as they happen, bookmarks between.</summary>
internal sealed class WatchOperation(ApiCore core)
{
    private const int ShortestDefaultSeconds = 1800;
    private static readonly TimeSpan BookmarkInterval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LastBookmarkBefore = TimeSpan.FromSeconds(2);

    public async Task RunAsync(ApiRequest request)
    {
        var options = ListOptions.Read(request);
        var form = Negotiation.Choose(request.Http.Request);
        var sink = new WatchSink(core, request, form == AnswerForm.Yaml ? AnswerForm.Json : form);
        var seconds = request.Number("timeoutSeconds") is { } asked and > 0 ? asked : ShortestDefaultSeconds + Random.Shared.Next(ShortestDefaultSeconds);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(Math.Min(seconds, 86400)), core.Clock);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, request.Cancellation);
        var store = core.StoreOf(request.Resource);
        var initial = !options.HasVersion || options.Version == 0 || request.Flag("sendInitialEvents");
        var (current, objects) = core.Store.Snapshot(store);
        await sink.StartAsync();
        if (options.Version > current + 1)
        {
            await sink.ErrorAsync(ReadOperations.TooLarge(options.Version, current));
            return;
        }
        using var watcher = store.Watch(initial ? current : options.Version, core.Options.WatchQueue);
        if (watcher is null)
        {
            await sink.ErrorAsync(ApiException.Expired($"too old resource version: {options.Version} ({store.Floor})"));
            return;
        }
        try
        {
            if (initial)
            {
                foreach (var stored in ReadOperations.Filter(request, options, objects)) sink.Write("ADDED", stored.Node, stored.Utf8);
                if (request.Flag("sendInitialEvents") && request.Flag("allowWatchBookmarks")) sink.Bookmark(current, initialEnd: true);
                await sink.FlushAsync(stop.Token);
            }
            await FollowAsync(request, options, watcher, sink, seconds, initial ? current : options.Version, stop.Token);
        }
        catch (OperationCanceledException) when (!request.Cancellation.IsCancellationRequested)
        {
            // The time is over: the stream ends as a whole response does.
        }
    }

    private async Task FollowAsync(ApiRequest request, ListOptions options, Watcher watcher, WatchSink sink, long seconds, long version, CancellationToken stop)
    {
        var bookmarks = request.Flag("allowWatchBookmarks");
        var start = core.Clock.GetTimestamp();
        var end = TimeSpan.FromSeconds(seconds);
        var nextBookmark = NextBookmark(TimeSpan.Zero, end);
        Task<bool>? more = null;
        while (true)
        {
            while (watcher.Events.TryRead(out var change))
            {
                version = change.Version;
                WriteChange(request, options, sink, change);
                if (sink.Pending > 1 << 18) await sink.FlushAsync(stop);
            }
            await sink.FlushAsync(stop);
            more ??= watcher.Events.WaitToReadAsync(stop).AsTask();
            var wait = nextBookmark - core.Clock.GetElapsedTime(start);
            if (bookmarks && !more.IsCompleted && wait <= TimeSpan.Zero)
            {
                sink.Bookmark(Current(watcher, version), initialEnd: false);
                nextBookmark = NextBookmark(core.Clock.GetElapsedTime(start), end);
                continue;
            }
            if (bookmarks && !more.IsCompleted)
            {
                using var early = CancellationTokenSource.CreateLinkedTokenSource(stop);
                await Task.WhenAny(more, Task.Delay(wait, core.Clock, early.Token));
                await early.CancelAsync();
                // The channel's own wait ends on another thread of the pool. Until then the delay is at its end already, and without this
                // check the loop would spin: a few watches that end together would hold every thread that could let them go on.
                stop.ThrowIfCancellationRequested();
                if (!more.IsCompleted) continue;
            }
            if (!await more) return;
            more = null;
        }
    }

    // With an empty queue the client has seen everything up to the store's version, also what concerned other resources.
    private long Current(Watcher watcher, long version)
    {
        var current = core.Store.SettledVersion();
        return watcher.Events.Count == 0 ? Math.Max(current, version) : version;
    }

    private static TimeSpan NextBookmark(TimeSpan now, TimeSpan end)
    {
        var last = end - LastBookmarkBefore;
        var next = now + BookmarkInterval;
        return now < last && last < next ? last : next;
    }

    private static void WriteChange(ApiRequest request, ListOptions options, WatchSink sink, StoreEvent change)
    {
        var prefix = request.Resource.Namespaced && request.Namespace.Length > 0 ? request.Namespace + "/" : null;
        if (prefix is not null && !change.Object.Key.StartsWith(prefix, StringComparison.Ordinal)) return;
        var was = change.Previous is not null && Matches(options, change.Previous.Node);
        var isNow = change.Type != StoreEventType.Deleted && Matches(options, change.Object.Node);
        if (isNow) sink.Write(was ? "MODIFIED" : "ADDED", change.Object.Node, change.Object.Utf8);
        else if (was) sink.Write("DELETED", change.Object.Node, change.Object.Utf8);
    }

    private static bool Matches(ListOptions options, JsonObject node) =>
        (options.Labels.IsEmpty || options.Labels.Matches(node.Obj("metadata").Obj("labels"))) && (options.Fields.IsEmpty || options.Fields.Matches(node));
}
