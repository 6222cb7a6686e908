using System.Globalization;
using System.Text.Json.Nodes;
using Linkerd.Kubernetes;

namespace Linkerd.Local.Controllers;

/// <summary>Writes statuses, only when they change.</summary>
internal static class Statuses
{
    /// <summary>The time in whole seconds as Kubernetes writes it.</summary>
    public static string Now(TimeProvider clock) => Text(clock.GetUtcNow());

    public static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>Writes the fields given over the status; a null removes one.</summary>
    public static async Task WriteAsync(KubernetesClient client, ResourceType<Workload> type, Workload current, JsonObject status, CancellationToken cancel)
    {
        var old = current.Status ?? [];
        if (status.All(f => JsonNode.DeepEquals(f.Value, old[f.Key])))
            return;
        await client.Resource(type, current.Metadata.Namespace).PatchAsync(current.Metadata.Name!, Patch.Merge(new JsonObject { ["status"] = status }), "status", cancel: cancel);
    }

    /// <summary>A condition that keeps its times while it does not change.</summary>
    public static JsonObject Condition(Workload current, string type, bool value, string reason, string message, TimeProvider clock)
    {
        var known = (current.Status?["conditions"] as JsonArray)?.OfType<JsonObject>().FirstOrDefault(c => c["type"]?.GetValue<string>() == type);
        var status = value ? "True" : "False";
        var same = known?["status"]?.GetValue<string>() == status;
        var updated = same && known!["reason"]?.GetValue<string>() == reason && known["message"]?.GetValue<string>() == message;
        return new JsonObject
        {
            ["type"] = type,
            ["status"] = status,
            ["reason"] = reason,
            ["message"] = message,
            ["lastTransitionTime"] = same ? known!["lastTransitionTime"]?.DeepClone() : Now(clock),
            ["lastUpdateTime"] = updated ? known!["lastUpdateTime"]?.DeepClone() : Now(clock),
        };
    }
}
