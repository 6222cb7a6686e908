using System.Text.Json.Nodes;
using Linkerd.Stats.Reports;

namespace Linkerd.Viz.Tap;

/// <summary>The documents by which clients learn what this API has.</summary>
internal static class TapDiscovery
{
    private const string Group = "tap.linkerd.io";
    private const string Version = "v1alpha1";

    /// <summary>The document of a path; null for paths that are none of discovery.</summary>
    public static JsonObject? Answer(string path) => path.TrimEnd('/') switch
    {
        "" => new JsonObject { ["paths"] = new JsonArray("/apis", "/apis/" + Group, TapPath.Root, "/healthz") },
        "/healthz" or "/livez" or "/readyz" => new JsonObject { ["status"] = "ok" },
        "/apis" => new JsonObject { ["kind"] = "APIGroupList", ["apiVersion"] = "v1", ["groups"] = new JsonArray(ApiGroup(nested: true)) },
        "/apis/" + Group => ApiGroup(nested: false),
        TapPath.Root => Resources(),
        _ => null,
    };

    private static JsonObject ApiGroup(bool nested)
    {
        var group = new JsonObject();
        if (!nested)
            (group["kind"], group["apiVersion"]) = ("APIGroup", "v1");
        group["name"] = Group;
        group["versions"] = new JsonArray(GroupVersion());
        group["preferredVersion"] = GroupVersion();
        return group;
    }

    private static JsonObject GroupVersion() => new() { ["groupVersion"] = $"{Group}/{Version}", ["version"] = Version };

    private static JsonObject Resources()
    {
        var resources = new JsonArray();
        foreach (var kind in ResourceKind.All.Where(static k => k.OwnsPods))
        {
            foreach (var name in (string[])[kind.Plural, kind.Plural + "/tap"])
            {
                resources.Add((JsonNode)new JsonObject
                {
                    ["name"] = name, ["singularName"] = "", ["namespaced"] = kind.Name != "namespace", ["kind"] = "Tap", ["verbs"] = new JsonArray("watch"),
                });
            }
        }

        return new JsonObject { ["kind"] = "APIResourceList", ["apiVersion"] = "v1", ["groupVersion"] = $"{Group}/{Version}", ["resources"] = resources };
    }
}
