namespace Linkerd.Local.Api;

/// <summary>One resource as it is served: names, versions, and the rules of its kind.</summary>
internal sealed record ResourceInfo
{
    public required string Group { get; init; }

    public required string Plural { get; init; }

    public required string Kind { get; init; }

    public string Singular { get; init; } = "";

    public string ListKind { get; init; } = "";

    public bool Namespaced { get; init; } = true;

    public IReadOnlyList<string> ShortNames { get; init; } = [];

    public IReadOnlyList<string> Categories { get; init; } = [];

    /// <summary>Served versions, the preferred one first.</summary>
    public required IReadOnlyList<ResourceVersionInfo> Versions { get; init; }

    /// <summary>The version that is stored.</summary>
    public required string StorageVersion { get; init; }

    /// <summary>Where the objects are: usually group and plural; two groups may share one.</summary>
    public required string StoreName { get; init; }

    /// <summary>The group of the stored form, which differs from <see cref="Group"/> only where two groups share a store.</summary>
    public required string StorageGroup { get; init; }

    public required ResourceStrategy Strategy { get; init; }

    /// <summary>Not stored, only created: reviews, bindings.</summary>
    public bool Virtual { get; init; }

    public bool IsCustom { get; init; }

    /// <summary>Whether <c>metadata.generation</c> counts changes of the specification.</summary>
    public bool HasGeneration { get; init; }

    /// <summary>Extra subresources with their kinds and verbs, beside status and scale.</summary>
    public IReadOnlyList<(string Name, string Kind, string Group, string Version, string[] Verbs)> Subresources { get; init; } = [];

    public IReadOnlyList<string> Verbs { get; init; } = AllVerbs;

    public static IReadOnlyList<string> AllVerbs { get; } = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

    /// <summary>The plural with its group, as messages name it: <c>deployments.apps</c>.</summary>
    public string Qualified => Group.Length == 0 ? Plural : $"{Plural}.{Group}";

    public ResourceVersionInfo? Version(string name) => Versions.FirstOrDefault(v => v.Name == name);

    public string ApiVersion(string version) => Group.Length == 0 ? version : $"{Group}/{version}";

    public string StorageApiVersion => StorageGroup.Length == 0 ? StorageVersion : $"{StorageGroup}/{StorageVersion}";
}
