using System.Globalization;
using System.Text.Json.Nodes;

namespace Linkerd.Local.Controllers;

/// <summary>maxSurge (percentages round up) and maxUnavailable (round down) of a rolling update; never both 0.</summary>
internal static class RollingBounds
{
    public static (int Surge, int Unavailable) Of(Workload deployment, int replicas)
    {
        var rolling = deployment.Spec?["strategy"]?["rollingUpdate"];
        if (deployment.Spec?["strategy"]?["type"]?.GetValue<string>() == "Recreate")
            return (0, replicas);
        var surge = Number(rolling?["maxSurge"], replicas, up: true);
        var unavailable = Number(rolling?["maxUnavailable"], replicas, up: false);
        return surge == 0 && unavailable == 0 ? (0, 1) : (surge, Math.Min(unavailable, replicas));
    }

    private static int Number(JsonNode? node, int replicas, bool up)
    {
        if (node is JsonValue value && value.TryGetValue<int>(out var number))
            return number;
        var text = node is JsonValue other && other.TryGetValue<string>(out var given) ? given : "25%";
        var share = int.Parse(text.TrimEnd('%'), NumberStyles.None, CultureInfo.InvariantCulture) * replicas;
        return up ? (share + 99) / 100 : share / 100;
    }
}
