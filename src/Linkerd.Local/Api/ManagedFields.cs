using System.Text.Json.Nodes;
using Linkerd.Local.Schema;
using Linkerd.Local.Schema.Apply;

namespace Linkerd.Local.Api;

/// <summary>Who owns which fields of an object: <c>metadata.managedFields</c>, one entry per manager, operation, version and subresource.</summary>
internal sealed class ManagedFields
{
    /// <summary>How many managers that update are told apart; the oldest of more are put together.</summary>
    private const int MostUpdaters = 10;
    private const string Ancient = "ancient-changes";
    private const string ApplyOperation = "Apply";
    private const string UpdateOperation = "Update";

    private readonly List<Entry> _entries;

    private ManagedFields(List<Entry> entries) => _entries = entries;

    /// <summary>Reads the entries; one that is none is left out.</summary>
    public static ManagedFields Parse(JsonArray? entries) => new(
    [
        .. entries.Objects().Where(static e => e.Str("operation") is ApplyOperation or UpdateOperation).Select(static e => new Entry(
            e.Str("manager") ?? "", e.Str("operation")!, e.Str("apiVersion") ?? "", e.Str("subresource") ?? "", FieldSet.Parse(e.Obj("fieldsV1")), e.Str("time"))),
    ]);

    /// <summary>Whether nobody owns anything.</summary>
    public bool IsEmpty => _entries.Count == 0;

    /// <summary>What a manager applied last; empty when it has not.</summary>
    public FieldSet Applied(string manager, string subresource) => Find(manager, ApplyOperation, null, subresource)?.Fields ?? new FieldSet();

    /// <summary>Fields of a set that others own, with who they are.</summary>
    public IEnumerable<(Entry Owner, IReadOnlyList<PathElement> Path)> OwnedByOthers(string manager, string subresource, FieldSet fields)
    {
        foreach (var entry in _entries.Where(e => !(e.Operation == ApplyOperation && e.Manager == manager && e.Subresource == subresource)))
        {
            var paths = new List<IReadOnlyList<PathElement>>();
            entry.Fields.Intersection(fields).ForEach(paths.Add);
            foreach (var path in paths) yield return (entry, path);
        }
    }

    /// <summary>Whether anybody but the one who applies owns a field, or one below it.</summary>
    public bool IsOwnedByOthers(string manager, string subresource, IReadOnlyList<PathElement> path) =>
        _entries.Any(e => !(e.Operation == ApplyOperation && e.Manager == manager && e.Subresource == subresource) && Reaches(e.Fields, path));

    /// <summary>Whether a set holds a field, or one below it.</summary>
    public static bool Reaches(FieldSet set, IReadOnlyList<PathElement> path)
    {
        var at = set;
        foreach (var element in path)
        {
            if (at.Find(element.Key) is not { } next) return false;
            at = next;
        }
        return !at.IsEmpty;
    }

    /// <summary>Notes what a manager has written by something else than apply: what it changed is its own from now on, and nobody else's.</summary>
    public void Update(string manager, string apiVersion, string subresource, FieldSet changed, FieldSet removed, string? now)
    {
        if (changed.IsEmpty && removed.IsEmpty) return;
        Take(null, changed, removed);
        if (!changed.IsEmpty)
        {
            var own = Find(manager, UpdateOperation, apiVersion, subresource);
            if (own is null) _entries.Add(new Entry(manager, UpdateOperation, apiVersion, subresource, changed, now));
            else Replace(own, own with { Fields = own.Fields.Union(changed), Time = now });
        }
        _entries.RemoveAll(static e => e.Fields.IsEmpty);
        Cap();
    }

    /// <summary>Notes what a manager has applied: exactly these fields; what it took from others is no longer theirs.</summary>
    public void Apply(string manager, string apiVersion, string subresource, FieldSet fields, FieldSet taken, FieldSet removed, string now)
    {
        var own = Find(manager, ApplyOperation, null, subresource);
        var unchanged = own is not null && own.ApiVersion == apiVersion && own.Fields.SetEquals(fields);
        if (own is not null) _entries.Remove(own);
        Take(null, taken, removed);
        _entries.RemoveAll(static e => e.Fields.IsEmpty);
        if (!fields.IsEmpty) _entries.Add(new Entry(manager, ApplyOperation, apiVersion, subresource, fields, unchanged ? own!.Time : now));
    }

    /// <summary>The entries: those that apply first, then by age; null when there are none.</summary>
    public JsonArray? ToJson()
    {
        if (_entries.Count == 0) return null;
        var array = new JsonArray();
        foreach (var entry in _entries.OrderBy(static e => e.Operation, StringComparer.Ordinal).ThenBy(static e => e.Time, StringComparer.Ordinal).ThenBy(static e => e.Manager, StringComparer.Ordinal))
        {
            var node = new JsonObject
            {
                ["manager"] = entry.Manager,
                ["operation"] = entry.Operation,
                ["apiVersion"] = entry.ApiVersion,
                ["fieldsType"] = "FieldsV1",
                ["fieldsV1"] = entry.Fields.ToJson(),
            };
            if (entry.Time is not null) node["time"] = entry.Time;
            if (entry.Subresource.Length > 0) node["subresource"] = entry.Subresource;
            array.Add((JsonNode)node);
        }
        return array;
    }

    private void Take(Entry? except, FieldSet changed, FieldSet removed)
    {
        var lost = changed.Union(removed);
        for (var i = 0; i < _entries.Count; i++)
            if (!ReferenceEquals(_entries[i], except)) _entries[i] = _entries[i] with { Fields = _entries[i].Fields.Difference(lost) };
    }

    private void Cap()
    {
        var updaters = _entries.Where(static e => e.Operation == UpdateOperation).OrderBy(static e => e.Time, StringComparer.Ordinal).ToList();
        if (updaters.Count <= MostUpdaters) return;
        var old = updaters.Take(updaters.Count - MostUpdaters + 1).ToList();
        _entries.RemoveAll(old.Contains);
        _entries.Add(old[^1] with { Manager = Ancient, Subresource = "", Fields = old.Aggregate(new FieldSet(), static (all, e) => all.Union(e.Fields)) });
    }

    private Entry? Find(string manager, string operation, string? apiVersion, string subresource) =>
        _entries.Find(e => e.Manager == manager && e.Operation == operation && e.Subresource == subresource && (apiVersion is null || e.ApiVersion == apiVersion));

    private void Replace(Entry old, Entry now) => _entries[_entries.FindIndex(e => e.Manager == old.Manager && e.Operation == old.Operation && e.ApiVersion == old.ApiVersion && e.Subresource == old.Subresource)] = now;

    /// <summary>One manager's fields.</summary>
    internal sealed record Entry(string Manager, string Operation, string ApiVersion, string Subresource, FieldSet Fields, string? Time)
    {
        /// <summary>As a message about a conflict names it.</summary>
        public string Title
        {
            get
            {
                var title = $"\"{Manager}\"" + (Subresource.Length > 0 ? $" with subresource \"{Subresource}\"" : "");
                if (Operation != UpdateOperation) return title;
                return $"{title} using {ApiVersion}" + (Time is null ? "" : $" at {Time}");
            }
        }
    }
}
