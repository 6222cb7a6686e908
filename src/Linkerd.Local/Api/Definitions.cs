using System.Text.Json.Nodes;
using Linkerd.Local.Schema;
using Linkerd.Local.Storage;

namespace Linkerd.Local.Api;

/// <summary>Turns custom resource definitions into served resources, and sets their conditions, before the write that made them is answered.</summary>
internal sealed class Definitions(ApiCore core)
{
    private readonly Lock _lock = new();
    private readonly ResourceStore _definitions = core.Store.Resource("apiextensions.k8s.io/customresourcedefinitions");
    private readonly Dictionary<string, (long Generation, string Group, string Plural)> _served = [];

    /// <summary>Whether a definition waits for its objects to go.</summary>
    public bool AnyDeleting => _definitions.Objects.Values.Any(d => Metadata.IsDeleting(d.Node));

    /// <summary>Brings the registry in line with the stored definitions.</summary>
    public void Synchronize()
    {
        lock (_lock)
        {
            foreach (var (name, stored) in _definitions.Objects)
            {
                if (Metadata.IsDeleting(stored.Node)) CleanUp(stored);
                else if (!IsServed(name, stored.Node)) Serve(name, stored);
            }
            foreach (var name in _served.Keys.Where(n => !_definitions.Objects.ContainsKey(n)).ToList())
            {
                core.Registry.Remove(_served[name].Group, _served[name].Plural);
                _served.Remove(name);
            }
        }
    }

    private bool IsServed(string name, JsonObject node) =>
        _served.TryGetValue(name, out var served) && served.Generation == (Metadata.Of(node).Long("generation") ?? 0);

    private void Serve(string name, StoredObject stored)
    {
        var spec = stored.Node.Obj("spec")!;
        var names = spec.Obj("names")!;
        var group = spec.Str("group") ?? "";
        // A built-in resource keeps its own name as well: a definition must never stand in for it.
        var taken = core.Registry.All.FirstOrDefault(r => r.Group == group && (r.Plural == names.Str("plural") ? !r.IsCustom
            : r.Kind == names.Str("kind") || r.Singular == names.Str("singular") || r.ShortNames.Intersect(names.Arr("shortNames").Strings()).Any()));
        if (taken is null)
        {
            core.Registry.Set(Resource(stored.Node));
            _served[name] = (Metadata.Of(stored.Node).Long("generation") ?? 0, group, names.Str("plural")!);
        }
        SetConditions(stored, taken);
    }

    private static ResourceInfo Resource(JsonObject definition)
    {
        var spec = definition.Obj("spec")!;
        var names = spec.Obj("names")!;
        var group = spec.Str("group")!;
        var plural = names.Str("plural")!;
        var versions = spec.Arr("versions").Objects().Where(v => v.Bool("served") == true || v.Bool("storage") == true).ToList();
        var storage = versions.First(v => v.Bool("storage") == true).Str("name")!;
        return new ResourceInfo
        {
            Group = group,
            Plural = plural,
            Kind = names.Str("kind")!,
            Singular = names.Str("singular") ?? "",
            ListKind = names.Str("listKind") ?? names.Str("kind") + "List",
            Namespaced = spec.Str("scope") == "Namespaced",
            ShortNames = [.. names.Arr("shortNames").Strings()],
            Categories = [.. names.Arr("categories").Strings()],
            Versions = [.. versions.Where(v => v.Bool("served") == true).Select(Version).OrderByDescending(v => VersionRank.Of(v.Name))],
            StorageVersion = storage,
            StoreName = $"{group}/{plural}",
            StorageGroup = group,
            Strategy = new CustomResourceStrategy(versions.Where(v => v.Bool("served") == true)
                .SelectMany(v => v.Arr("selectableFields").Objects()).Select(f => f.Str("jsonPath") ?? "").ToHashSet()),
            IsCustom = true,
            HasGeneration = true,
        };
    }

    private static ResourceVersionInfo Version(JsonObject version)
    {
        var subresources = version.Obj("subresources");
        var scale = subresources.Obj("scale");
        return new ResourceVersionInfo(version.Str("name")!)
        {
            Structural = new StructuralSchema(version.Obj("schema").Obj("openAPIV3Schema") ?? []),
            HasStatus = subresources.Obj("status") is not null,
            Scale = scale is null ? null : new ScalePaths(Path(scale, "specReplicasPath")!, Path(scale, "statusReplicasPath")!, Path(scale, "labelSelectorPath")),
            Deprecated = version.Bool("deprecated") == true,
            DeprecationWarning = version.Str("deprecationWarning"),
            PrinterColumns = version.Arr("additionalPrinterColumns"),
        };
    }

    private static string[]? Path(JsonObject scale, string name) => scale.Str(name)?.Split('.', StringSplitOptions.RemoveEmptyEntries);

    private void SetConditions(StoredObject stored, ResourceInfo? taken)
    {
        var node = (JsonObject)stored.Node.DeepClone();
        var status = node.Child("status");
        var now = core.Now();
        status["conditions"] = taken is null
            ? new JsonArray(Condition("NamesAccepted", true, "NoConflicts", "no conflicts found", now), Condition("Established", true, "InitialNamesAccepted", "the initial names have been accepted", now))
            : new JsonArray(Condition("NamesAccepted", false, "NameConflict", $"the names are already in use by {taken.Qualified}", now), Condition("Established", false, "NotAccepted", "not all names are accepted", now));
        if (taken is null) status["acceptedNames"] = node.Obj("spec")!["names"].Copy();
        var stores = status.Arr("storedVersions").Strings().Union(node.Obj("spec").Arr("versions").Objects().Where(v => v.Bool("storage") == true).Select(v => v.Str("name")!));
        status["storedVersions"] = Json.ArrayOf(stores);
        core.Store.TryPut(_definitions, stored.Key, stored, node);
    }

    private static JsonObject Condition(string type, bool status, string reason, string message, string now) => new()
    {
        ["type"] = type, ["status"] = status ? "True" : "False", ["lastTransitionTime"] = now, ["reason"] = reason, ["message"] = message,
    };

    // A deleted definition takes its objects with it; those with finalizers hold it until they are gone.
    private void CleanUp(StoredObject stored)
    {
        if (!Metadata.Of(stored.Node).Arr("finalizers").Strings().Contains(DefinitionStrategy.CleanupFinalizer)) return;
        var spec = stored.Node.Obj("spec");
        var objects = core.Store.Resource($"{spec.Str("group")}/{spec.Obj("names").Str("plural")}");
        // One that took the name of a built-in resource was never served, and has no objects of its own.
        var isBuiltIn = core.Registry.Find(spec.Str("group") ?? "", spec.Obj("names").Str("plural") ?? "") is { IsCustom: false };
        foreach (var (_, item) in isBuiltIn ? [] : objects.Objects.AsEnumerable())
        {
            if (!Metadata.HasFinalizers(item.Node))
            {
                core.Store.TryDelete(objects, item);
            }
            else if (!Metadata.IsDeleting(item.Node))
            {
                var marked = (JsonObject)item.Node.DeepClone();
                Metadata.Of(marked)["deletionTimestamp"] = core.Now();
                Metadata.Of(marked)["deletionGracePeriodSeconds"] = JsonValue.Create(0L);
                core.Store.TryPut(objects, item.Key, item, marked);
            }
        }
        if (!isBuiltIn && objects.Objects.Count > 0) return;
        var node = (JsonObject)stored.Node.DeepClone();
        var left = Metadata.Of(node).Arr("finalizers").Strings().Where(f => f != DefinitionStrategy.CleanupFinalizer).ToList();
        if (left.Count == 0)
        {
            core.Store.TryDelete(_definitions, stored);
            return;
        }
        Metadata.Of(node)["finalizers"] = Json.ArrayOf(left);
        core.Store.TryPut(_definitions, stored.Key, stored, node);
    }
}
