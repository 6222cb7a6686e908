namespace Linkerd.Viz.Web.Access;

/// <summary>A token bucket per key in a table of fixed size; a key that was pushed out of the table begins with a full bucket again.</summary>
/// <param name="perSecond">Tokens that come back per second.</param>
/// <param name="burst">Tokens that a bucket holds.</param>
/// <param name="keys">Buckets kept.</param>
/// <param name="time">The clock.</param>
internal sealed class RateGate(double perSecond, double burst, int keys, TimeProvider time)
{
    private readonly BoundedTable<string, Bucket> _buckets = new(keys);

    /// <summary>Takes a token; false when there is none.</summary>
    public bool TryEnter(string key)
    {
        var now = time.GetTimestamp();
        var bucket = _buckets.Update(key, old =>
        {
            var tokens = old is null ? burst : Math.Min(burst, old.Tokens + (time.GetElapsedTime(old.At, now).TotalSeconds * perSecond));
            return new Bucket(tokens >= 1 ? tokens - 1 : tokens, now, tokens >= 1);
        });
        return bucket.Entered;
    }

    private sealed record Bucket(double Tokens, long At, bool Entered);
}
