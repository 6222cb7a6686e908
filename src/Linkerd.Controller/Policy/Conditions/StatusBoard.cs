using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace Linkerd.Controller.Policy.Conditions;

/// <summary>The statuses that resources have now, as the informers saw them last.</summary>
internal sealed class StatusBoard
{
    private readonly ConcurrentDictionary<StatusKey, JsonObject> _seen = new();

    private long _changes;

    /// <summary>How often something was set or removed.</summary>
    public long Changes => Volatile.Read(ref _changes);

    /// <summary>Remembers what a resource says.</summary>
    public void Set(StatusKey key, JsonObject resource)
    {
        _seen[key] = resource["status"]?.DeepClone() as JsonObject ?? [];
        Interlocked.Increment(ref _changes);
    }

    public void Remove(StatusKey key)
    {
        _seen.TryRemove(key, out _);
        Interlocked.Increment(ref _changes);
    }

    /// <summary>The status to write so that it says what is wanted and keeps what others wrote; null when it says so already.</summary>
    public JsonObject? Change(StatusKey key, JsonObject wanted)
    {
        var now = _seen.GetValueOrDefault(key) ?? [];
        var merged = wanted["parents"] is JsonArray parents ? new JsonObject { ["parents"] = WithOthers(now["parents"] as JsonArray, parents) } : (JsonObject)wanted.DeepClone();
        if (JsonNode.DeepEquals(WithoutTimes(now), WithoutTimes(merged)))
            return null;
        KeepTimes(now, merged);
        return merged;
    }

    /// <summary>A condition keeps the time at which it came to hold, or not to.</summary>
    private static void KeepTimes(JsonObject now, JsonObject merged)
    {
        KeepTimes(now["conditions"] as JsonArray, merged["conditions"] as JsonArray);
        foreach (var entry in merged["parents"] as JsonArray ?? [])
        {
            var before = (now["parents"] as JsonArray)?.FirstOrDefault(p => (string?)p?["controllerName"] == StatusResolver.ControllerName && JsonNode.DeepEquals(p?["parentRef"], entry?["parentRef"]));
            KeepTimes(before?["conditions"] as JsonArray, entry?["conditions"] as JsonArray);
        }
    }

    private static void KeepTimes(JsonArray? now, JsonArray? merged)
    {
        foreach (var condition in merged ?? [])
        {
            var before = now?.FirstOrDefault(c => (string?)c?["type"] == (string?)condition?["type"] && (string?)c?["status"] == (string?)condition?["status"]);
            if (before?["lastTransitionTime"] is { } time)
                condition!["lastTransitionTime"] = time.DeepClone();
        }
    }

    private static JsonArray WithOthers(JsonArray? now, JsonArray ours)
    {
        var all = new JsonArray();
        foreach (var entry in now ?? [])
        {
            if ((string?)entry?["controllerName"] != StatusResolver.ControllerName)
                all.Add(entry?.DeepClone());
        }

        foreach (var entry in ours)
            all.Add(entry?.DeepClone());
        return all;
    }

    /// <summary>Times alone are no difference.</summary>
    private static JsonNode? WithoutTimes(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject value:
                var copy = new JsonObject();
                foreach (var (name, member) in value)
                {
                    if (name is not ("lastTransitionTime" or "observedGeneration") && !(name == "message" && (string?)member == ""))
                        copy[name] = WithoutTimes(member);
                }

                return copy;
            case JsonArray list:
                return new JsonArray([.. list.Select(WithoutTimes)]);
            default:
                return node?.DeepClone();
        }
    }
}
