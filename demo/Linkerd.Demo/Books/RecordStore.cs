using System.Text.Json.Nodes;

namespace Linkerd.Demo.Books;

/// <summary>Numbered JSON records in memory. The oldest makes room when there are more than <see cref="Limit"/>.</summary>
internal sealed class RecordStore
{
    /// <summary>How many records there are at most.</summary>
    public const int Limit = 500;

    private readonly Lock _lock = new();
    private readonly SortedDictionary<int, string> _records = [];
    private int _last;

    /// <summary>Adds a record; its <c>id</c> is set.</summary>
    public string Add(JsonObject record)
    {
        lock (_lock)
        {
            record["id"] = ++_last;
            if (_records.Count == Limit)
                _records.Remove(_records.First().Key);
            return _records[_last] = record.ToJsonString();
        }
    }

    /// <summary>The record with this number as JSON; null when there is none.</summary>
    public string? Find(int id)
    {
        lock (_lock)
            return _records.GetValueOrDefault(id);
    }

    /// <summary>Replaces a record; null when there is none.</summary>
    public string? Replace(int id, JsonObject record)
    {
        lock (_lock)
        {
            if (!_records.ContainsKey(id))
                return null;
            record["id"] = id;
            return _records[id] = record.ToJsonString();
        }
    }

    /// <summary>Removes a record; false when there is none.</summary>
    public bool Remove(int id)
    {
        lock (_lock)
            return _records.Remove(id);
    }

    /// <summary>All records as a JSON array.</summary>
    public string All()
    {
        lock (_lock)
            return $"[{string.Join(',', _records.Values)}]";
    }
}
