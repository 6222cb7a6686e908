using System.Text.Json.Nodes;
using Linkerd.Local.Schema;

namespace Linkerd.Local.Printing;

/// <summary>The cells of a pod's row, with the words that users know.</summary>
internal static class PodCells
{
    public static string Ready(JsonObject pod)
    {
        var total = pod.Obj("spec").Arr("containers")?.Count ?? 0;
        var ready = Statuses(pod, "containerStatuses").Count(s => s.Bool("ready") == true && s.Obj("state")?["running"] is not null);
        return $"{ready}/{total}";
    }

    public static string Status(JsonObject pod)
    {
        var status = pod.Obj("status");
        var reason = status.Str("reason") is { Length: > 0 } given ? given : status.Str("phase") ?? "Unknown";
        var initialising = InitReason(pod);
        if (initialising is not null) reason = initialising;
        else reason = ContainerReason(pod, reason);
        if (pod.Obj("metadata").Str("deletionTimestamp") is not null) reason = status.Str("reason") == "NodeLost" ? "Unknown" : "Terminating";
        return reason;
    }

    public static JsonNode? Restarts(JsonObject pod, DateTimeOffset now)
    {
        var statuses = Statuses(pod, "containerStatuses").ToList();
        var count = statuses.Sum(s => s.Long("restartCount") ?? 0);
        var last = statuses.Select(s => s.Obj("lastState").Obj("terminated").Str("finishedAt")).OfType<string>().Order(StringComparer.Ordinal).LastOrDefault();
        return count > 0 && last is not null ? $"{count} ({Durations.Since(last, now)} ago)" : count.ToString();
    }

    private static string? InitReason(JsonObject pod)
    {
        var total = pod.Obj("spec").Arr("initContainers")?.Count ?? 0;
        var done = 0;
        foreach (var status in Statuses(pod, "initContainerStatuses"))
        {
            var state = status.Obj("state");
            if (state.Obj("terminated") is { } ended)
            {
                if ((ended.Long("exitCode") ?? 0) == 0)
                {
                    done++;
                    continue;
                }
                return ended.Str("reason") is { Length: > 0 } reason ? $"Init:{reason}" : $"Init:ExitCode:{ended.Long("exitCode")}";
            }
            if (state.Obj("waiting").Str("reason") is { Length: > 0 } waiting and not "PodInitializing") return $"Init:{waiting}";
            return $"Init:{done}/{total}";
        }
        return null;
    }

    private static string ContainerReason(JsonObject pod, string reason)
    {
        var running = false;
        foreach (var status in Statuses(pod, "containerStatuses").Reverse())
        {
            var state = status.Obj("state");
            if (state.Obj("waiting").Str("reason") is { Length: > 0 } waiting) reason = waiting;
            else if (state.Obj("terminated") is { } ended)
                reason = ended.Str("reason") is { Length: > 0 } why ? why : (ended.Long("signal") ?? 0) != 0 ? $"Signal:{ended.Long("signal")}" : $"ExitCode:{ended.Long("exitCode")}";
            else if (status.Bool("ready") == true && state?["running"] is not null) running = true;
        }
        if (reason != "Completed" || !running) return reason;
        var ready = pod.Obj("status").Arr("conditions").Objects().Any(c => c.Str("type") == "Ready" && c.Str("status") == "True");
        return ready ? "Running" : "NotReady";
    }

    private static IEnumerable<JsonObject> Statuses(JsonObject pod, string list) => pod.Obj("status").Arr(list).Objects();
}
