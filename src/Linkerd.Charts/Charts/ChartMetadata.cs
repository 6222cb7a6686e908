using Linkerd.Charts.Templates;
using Linkerd.Charts.Values;

namespace Linkerd.Charts;

/// <summary>What <c>Chart.yaml</c> says.</summary>
public sealed class ChartMetadata : ITemplateObject
{
    private readonly ValueMap _fields;

    internal ChartMetadata(ValueMap fields) => _fields = fields;

    /// <summary>Name of the chart.</summary>
    public string Name => Text("name");

    /// <summary>Version of the chart.</summary>
    public string Version => Text("version");

    /// <summary>Version of what it installs.</summary>
    public string AppVersion => Text("appVersion");

    /// <summary>Constraint on the version of Kubernetes; empty is none.</summary>
    public string KubeVersion => Text("kubeVersion");

    /// <summary>Whether it holds templates for other charts only.</summary>
    public bool IsLibrary => Text("type") == "library";

    internal IEnumerable<(string Name, string Repository)> Dependencies =>
        (_fields.GetValueOrDefault("dependencies") as List<object?> ?? []).OfType<ValueMap>()
            .Select(d => (d.GetValueOrDefault("name") as string ?? "", d.GetValueOrDefault("repository") as string ?? ""));

    /// <inheritdoc/>
    bool ITemplateObject.TryGet(string name, IReadOnlyList<object?> arguments, out object? value)
    {
        value = name switch
        {
            "Name" => Name,
            "Version" => Version,
            "AppVersion" => AppVersion,
            "KubeVersion" => KubeVersion,
            "Description" => Text("description"),
            "APIVersion" => Text("apiVersion"),
            "Type" => Text("type"),
            "Home" => Text("home"),
            "Icon" => Text("icon"),
            "Keywords" or "Sources" or "Maintainers" => _fields.GetValueOrDefault(name.ToLowerInvariant()) ?? new List<object?>(),
            "Annotations" => _fields.GetValueOrDefault("annotations") ?? new ValueMap(),
            _ => null,
        };
        return value is not null;
    }

    private string Text(string name) => _fields.GetValueOrDefault(name) is { } value ? GoFormat.Text(value) : "";
}
