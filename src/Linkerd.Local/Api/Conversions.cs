using System.Text.Json.Nodes;
using Linkerd.Local.Schema;

namespace Linkerd.Local.Api;

/// <summary>Conversions between versions that differ in more than their name.</summary>
internal static class Conversions
{
    private const string Hostname = "kubernetes.io/hostname";
    private const string Zone = "topology.kubernetes.io/zone";

    /// <summary>EndpointSlice v1 to v1beta1: node and zone become topology.</summary>
    public static void EndpointSliceToBeta(JsonObject node)
    {
        foreach (var endpoint in node.Arr("endpoints").Objects())
        {
            if (endpoint.Obj("deprecatedTopology") is { } topology) endpoint["topology"] = topology.DeepClone();
            endpoint.Remove("deprecatedTopology");
            if (endpoint.Str("nodeName") is { } name) endpoint.Child("topology")[Hostname] = name;
            if (endpoint.Str("zone") is { } zone) endpoint.Child("topology")[Zone] = zone;
            endpoint.Remove("zone");
        }
    }

    /// <summary>EndpointSlice v1beta1 to v1.</summary>
    public static void EndpointSliceFromBeta(JsonObject node)
    {
        foreach (var endpoint in node.Arr("endpoints").Objects())
        {
            if (endpoint.Obj("topology") is not { } topology) continue;
            endpoint.Remove("topology");
            if (topology.Str(Hostname) is { } name) endpoint.Default("nodeName", name);
            if (topology.Str(Zone) is { } zone) endpoint["zone"] = zone;
            topology.Remove(Hostname);
            topology.Remove(Zone);
            if (topology.Count > 0) endpoint["deprecatedTopology"] = topology;
        }
    }

    /// <summary>Core event to events.k8s.io/v1.</summary>
    public static void EventToNew(JsonObject node)
    {
        foreach (var (old, name) in EventFields) Rename(node, old, name);
        node.Default("reportingController", "");
    }

    /// <summary>events.k8s.io/v1 event to the core form that is stored.</summary>
    public static void EventFromNew(JsonObject node)
    {
        foreach (var (old, name) in EventFields) Rename(node, name, old);
    }

    private static (string Old, string New)[] EventFields { get; } =
    [
        ("involvedObject", "regarding"), ("message", "note"), ("source", "deprecatedSource"), ("firstTimestamp", "deprecatedFirstTimestamp"),
        ("lastTimestamp", "deprecatedLastTimestamp"), ("count", "deprecatedCount"), ("reportingComponent", "reportingController"),
    ];

    private static void Rename(JsonObject node, string from, string to)
    {
        if (!node.Remove(from, out var value)) return;
        if (value is not null) node[to] = value;
    }
}
