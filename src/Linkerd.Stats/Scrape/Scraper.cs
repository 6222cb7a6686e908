using System.Buffers;
using System.Text;
using Linkerd.Stats.Store;

namespace Linkerd.Stats.Scrape;

/// <summary>Scrapes every target at a fixed pace into a <see cref="SeriesStore"/>, until cancelled.</summary>
public sealed class Scraper(
    SeriesStore store, Func<IReadOnlyList<ScrapeTarget>> targets, HttpMessageInvoker http, ScraperOptions options, TimeProvider time)
{
    private HashSet<string> _known = [];

    /// <summary>Scrapes that failed since the start: unreachable, slow, too large, or not a 200.</summary>
    public long Failures { get; private set; }

    /// <summary>Runs until <paramref name="cancellationToken"/>; one round starts every interval, and never before the last has ended.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(options.Interval, time);
        try
        {
            do
            {
                await ScrapeOnceAsync(cancellationToken);
            }
            while (await timer.WaitForNextTickAsync(cancellationToken));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
    }

    /// <summary>Scrapes every target once. A target that left the list, or that fails, turns stale.</summary>
    public async Task ScrapeOnceAsync(CancellationToken cancellationToken)
    {
        var current = targets();
        var failures = 0;
        await Parallel.ForEachAsync(current, new ParallelOptions { MaxDegreeOfParallelism = options.Parallelism, CancellationToken = cancellationToken }, async (target, token) =>
        {
            var page = await TryReadAsync(target, token);
            var now = time.GetUtcNow().ToUnixTimeMilliseconds();
            if (page is null)
            {
                Interlocked.Increment(ref failures);
                store.MarkStale(target.Id, now);
                return;
            }

            Ingest(target, page, now);
        });
        Failures += failures;

        var nowMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        var ids = current.Select(t => t.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var gone in _known.Except(ids))
            store.MarkStale(gone, nowMs);
        _known = ids;
        store.Forget(nowMs - (long)options.Retention.TotalMilliseconds);
    }

    // A page is large, and gone as soon as it is read: as text of its own it would fill the large object heap.
    private void Ingest(ScrapeTarget target, byte[] page, long nowMs)
    {
        var text = ArrayPool<char>.Shared.Rent(Encoding.UTF8.GetMaxCharCount(page.Length));
        try
        {
            store.Ingest(target.Id, target.Labels, text.AsSpan(0, Encoding.UTF8.GetChars(page, text)), nowMs);
        }
        finally
        {
            ArrayPool<char>.Shared.Return(text);
        }
    }

    private async Task<byte[]?> TryReadAsync(ScrapeTarget target, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.Timeout);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, target.Address);
            using var response = await http.SendAsync(request, limit.Token);
            if (!response.IsSuccessStatusCode)
                return null;
            await response.Content.LoadIntoBufferAsync(options.MaxBytes, limit.Token);
            return await response.Content.ReadAsByteArrayAsync(limit.Token);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }
}
