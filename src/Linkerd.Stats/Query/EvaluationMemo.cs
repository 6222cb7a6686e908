namespace Linkerd.Stats.Query;

/// <summary>
/// Remembers aggregations for a moment: the three quantiles of a report are of one sum, and a dashboard asks for the same again.
/// Bounded in entries and in values.
/// </summary>
internal sealed class EvaluationMemo(TimeProvider time)
{
    // What a row takes beside its values, in values: its place in the list, the array's head.
    private const int RowOverhead = 6;
    private const int MaxEntries = 64;
    private const int MaxValuesPerEntry = 2_000_000;
    private const int MaxValues = 8_000_000;
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Text, Steps Steps), Entry> _entries = [];
    private long _values;

    public IReadOnlyList<StepSeries>? Find(string text, Steps steps)
    {
        lock (_lock)
            return _entries.TryGetValue((text, steps), out var entry) && time.GetElapsedTime(entry.Made) < Lifetime ? entry.Result : null;
    }

    public void Keep(string text, Steps steps, IReadOnlyList<StepSeries> result)
    {
        var values = (long)result.Count * (steps.Count + RowOverhead);
        if (values > MaxValuesPerEntry)
            return;
        lock (_lock)
        {
            foreach (var (key, entry) in _entries)
            {
                // Removing while enumerating is allowed for dictionaries.
                if (_entries.Count >= MaxEntries || _values + values > MaxValues || time.GetElapsedTime(entry.Made) >= Lifetime)
                    Remove(key, entry);
            }

            if (_entries.Remove((text, steps), out var old))
                _values -= old.Values;
            _entries[(text, steps)] = new Entry(result, values, time.GetTimestamp());
            _values += values;
        }
    }

    private void Remove((string Text, Steps Steps) key, Entry entry)
    {
        _entries.Remove(key);
        _values -= entry.Values;
    }

    private sealed record Entry(IReadOnlyList<StepSeries> Result, long Values, long Made);
}
