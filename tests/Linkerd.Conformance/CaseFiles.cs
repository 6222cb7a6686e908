using System.Text.Json.Nodes;
using Linkerd.Kubernetes.Yaml;

namespace Linkerd.Conformance;

/// <summary>Reads the cases. A case with <c>each</c> stands for one case per entry, whose values are variables of its steps.</summary>
public static class CaseFiles
{
    private static readonly Lazy<Dictionary<string, Case>> Loaded = new(Load);

    public static IReadOnlyDictionary<string, Case> All => Loaded.Value;

    private static Dictionary<string, Case> Load()
    {
        var cases = new Dictionary<string, Case>();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "cases"), "*.yaml").Order(StringComparer.Ordinal))
            foreach (var node in (JsonArray)KubernetesYaml.Read(File.ReadAllText(file))!)
                foreach (var one in Expand(Path.GetFileNameWithoutExtension(file), (JsonObject)node!))
                    cases.Add(one.Name, one);
        return cases;
    }

    private static IEnumerable<Case> Expand(string file, JsonObject node)
    {
        var name = $"{file}: {node["case"]}";
        if (node["each"] is not JsonArray rows)
        {
            yield return Make(name, node);
            yield break;
        }
        foreach (var row in rows.OfType<JsonObject>())
        {
            var copy = (JsonObject)node.DeepClone();
            copy["steps"] = Variables.Apply(copy["steps"], row.ToDictionary(p => p.Key, p => p.Value));
            if (node["define"] is not null) copy["steps"] = Defined((JsonArray)row["do"]!);
            yield return Make($"{name}: {row["is"]}", copy);
        }
    }

    // A case with "define" runs the steps of its row between the making and the removal of one definition.
    private static JsonArray Defined(JsonArray steps)
    {
        var definition = KubernetesYaml.Read(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "cases", "definition.yml")))!;
        return new JsonArray(
        [
            new JsonObject { ["post"] = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", ["body"] = definition },
            new JsonObject { ["get"] = "/apis/conf.example.com/v1/namespaces/${ns}/t${id}", ["until"] = true },
            .. steps.Select(s => s!.DeepClone()),
            new JsonObject { ["delete"] = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/t${id}.conf.example.com" },
        ]);
    }

    private static Case Make(string name, JsonObject node) => new(name, ((JsonArray)node["steps"]!).OfType<JsonObject>().ToList())
    {
        Minor = node["minor"] is { } minor ? long.Parse(minor.ToJsonString()) : 0,
    };
}
