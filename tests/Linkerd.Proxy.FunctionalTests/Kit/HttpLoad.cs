using System.Collections.Concurrent;
using System.Diagnostics;

namespace Linkerd.Proxy.FunctionalTests.Kit;

/// <summary>Requests at a fixed rate, whatever becomes of the earlier ones; what failed and who answered is counted.</summary>
internal sealed class HttpLoad : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Task, byte> _inFlight = new();
    private readonly HttpClient _client;
    private readonly Uri _url;
    private readonly Task _running;
    private int _sent;
    private int _failed;

    private HttpLoad(HttpClient client, string url, int perSecond)
    {
        _client = client;
        _url = new Uri(url);
        _running = RunAsync(perSecond);
    }

    public int Sent => Volatile.Read(ref _sent);

    public int Failed => Volatile.Read(ref _failed);

    public int InFlight => _inFlight.Count;

    /// <summary>Answers by the pod that gave them.</summary>
    public ConcurrentDictionary<string, int> ServedBy { get; } = new();

    /// <summary>The first failures, as text.</summary>
    public ConcurrentQueue<string> Failures { get; } = new();

    public static HttpLoad Start(Pod pod, string url, int perSecond, int connections = 50)
    {
        var handler = pod.Namespace.HttpHandler();
        handler.MaxConnectionsPerServer = connections;
        return new HttpLoad(new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(20) }, url, perSecond);
    }

    /// <summary>Waits until so many more have been sent.</summary>
    public Task WhenSentAsync(int more)
    {
        var goal = Sent + more;
        return Linkerd.Testing.Eventually.TrueAsync(() => Sent >= goal, $"{more} more requests sent", seconds: 300);
    }

    /// <summary>Sends no more, and waits for what is in flight.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
        await Task.WhenAll(_inFlight.Keys);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _client.Dispose();
        _stop.Dispose();
    }

    private async Task RunAsync(int perSecond)
    {
        var from = Stopwatch.GetTimestamp();
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        try
        {
            while (await tick.WaitForNextTickAsync(_stop.Token))
            {
                var due = (int)(Stopwatch.GetElapsedTime(from).TotalSeconds * perSecond);
                while (_sent < due)
                {
                    Interlocked.Increment(ref _sent);
                    var call = CallAsync();
                    _inFlight.TryAdd(call, 0);
                    _ = call.ContinueWith(done => _inFlight.TryRemove(done, out _), TaskScheduler.Default);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }

    private async Task CallAsync()
    {
        await Task.Yield();
        try
        {
            using var response = await _client.GetAsync(_url);
            var by = response.Headers.TryGetValues("served-by", out var values) ? values.First() : "";
            if (response.IsSuccessStatusCode && by.Length > 0)
                ServedBy.AddOrUpdate(by, 1, (_, count) => count + 1);
            else
                Fail($"{(int)response.StatusCode} {string.Join(',', response.Headers.TryGetValues("l5d-proxy-error", out var errors) ? errors : [])}");
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException)
        {
            Fail(e.Message + " " + e.InnerException?.Message);
        }
    }

    private void Fail(string what)
    {
        Interlocked.Increment(ref _failed);
        if (Failures.Count < 10)
            Failures.Enqueue(what);
    }
}
