using System.Collections.Concurrent;
using Linkerd.Net;
using Linkerd.Proxy.Control;
using Linkerd.Testing;

namespace Linkerd.Proxy.Tests.Control;

public sealed class WatchTableTests : IDisposable
{
    private readonly EventLoopThread _control = EventLoopThread.Start("control");
    private readonly EventLoopThread _worker = EventLoopThread.Start("worker");
    private readonly ConcurrentQueue<string> _begun = new();
    private readonly ConcurrentQueue<string> _ended = new();
    private readonly ConcurrentDictionary<string, Action<string>> _publishers = new();

    private WatchTable<string, string> Make(TimeSpan idle, Func<bool>? canAsk = null) => new(_control.Loop, idle, async (key, publish, cancellation) =>
    {
        _publishers[key] = publish;
        _begun.Enqueue(key);
        var ended = new TaskCompletionSource();
        await using CancellationTokenRegistration registration = cancellation.Register(ended.SetResult);
        await ended.Task;
        _ended.Enqueue(key);
    }, canAsk);

    [Fact]
    public async Task One_stream_serves_every_subscriber_and_late_ones_get_the_latest_value()
    {
        WatchTable<string, string> table = Make(TimeSpan.FromMinutes(1));
        var first = new ConcurrentQueue<string>();
        var second = new ConcurrentQueue<string>();
        table.Subscribe("web", _worker.Loop, first.Enqueue);
        await UntilAsync(() => _publishers.ContainsKey("web"));
        _control.Loop.Post(() => _publishers["web"]("one"));
        await UntilAsync(() => first.Contains("one"));
        table.Subscribe("web", _worker.Loop, second.Enqueue);
        await UntilAsync(() => second.Contains("one"));
        _control.Loop.Post(() => _publishers["web"]("two"));
        await UntilAsync(() => first.Contains("two") && second.Contains("two"));
        Assert.Single(_begun);
    }

    [Fact]
    [Proves("6.2 DISCOVERY_IDLE_TIMEOUT", "6.9 lookup")]
    public async Task A_stream_without_subscribers_ends_after_the_idle_time()
    {
        WatchTable<string, string> table = Make(TimeSpan.FromMilliseconds(5));
        IDisposable subscription = table.Subscribe("web", _worker.Loop, static _ => { });
        await UntilAsync(() => !_begun.IsEmpty);
        Assert.Empty(_ended);
        await _worker.InvokeAsync(subscription.Dispose);
        await UntilAsync(() => !_ended.IsEmpty);
        Assert.Equal(0, await _control.InvokeAsync(() => table.Count));
    }

    [Fact]
    [Proves("6.9 lookup")]
    public async Task What_is_known_is_kept_while_nobody_can_be_asked_again()
    {
        bool reachable = false;
        WatchTable<string, string> table = Make(TimeSpan.FromMilliseconds(5), () => reachable);
        var heard = new ConcurrentQueue<string>();
        IDisposable known = table.Subscribe("web", _worker.Loop, static _ => { });
        IDisposable unknown = table.Subscribe("api", _worker.Loop, static _ => { });
        await UntilAsync(() => _publishers.Count == 2);
        await _control.InvokeAsync(() => _publishers["web"]("one"));
        await _worker.InvokeAsync(known.Dispose);
        await _worker.InvokeAsync(unknown.Dispose);

        // Of the other nothing was ever heard: there is nothing to keep.
        await UntilAsync(() => _ended.Contains("api"));
        IDisposable again = table.Subscribe("web", _worker.Loop, heard.Enqueue);
        await UntilAsync(() => heard.Contains("one"));
        await _worker.InvokeAsync(again.Dispose);
        Assert.Equal(2, _begun.Count);

        await _control.InvokeAsync(() => reachable = true);
        await UntilAsync(() => _ended.Contains("web"));
        Assert.Equal(0, await _control.InvokeAsync(() => table.Count));
    }

    [Fact]
    public async Task Nothing_is_delivered_after_the_subscription_ended()
    {
        WatchTable<string, string> table = Make(TimeSpan.FromMinutes(1));
        int delivered = 0;
        IDisposable subscription = table.Subscribe("web", _worker.Loop, _ => delivered++);
        await UntilAsync(() => _publishers.ContainsKey("web"));
        await _worker.InvokeAsync(subscription.Dispose);
        await _control.InvokeAsync(() => _publishers["web"]("late"));
        Assert.Equal(0, await _worker.InvokeAsync(() => delivered));
    }

    public void Dispose()
    {
        _worker.Dispose();
        _control.Dispose();
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        long deadline = Environment.TickCount64 + 10_000;
        while (!condition())
        {
            Assert.True(Environment.TickCount64 < deadline, "the condition was not met in time");
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }
}
