namespace Linkerd.Stats.Store;

/// <summary>One copy of each label name and value, up to a bound: thousands of series carry the same few.</summary>
internal sealed class StringPool
{
    private const int MaxStrings = 200_000;

    private readonly HashSet<string> _strings = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    public string Get(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
            return "";
        lock (_lock)
        {
            var lookup = _strings.GetAlternateLookup<ReadOnlySpan<char>>();
            if (lookup.TryGetValue(text, out var known))
                return known;
            var made = text.ToString();
            if (_strings.Count < MaxStrings)
                _strings.Add(made);
            return made;
        }
    }

    /// <summary>Forgets all: what is in use lives on in the series.</summary>
    public void Clear()
    {
        lock (_lock)
            _strings.Clear();
    }
}
