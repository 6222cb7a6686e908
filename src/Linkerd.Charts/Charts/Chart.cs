using Linkerd.Charts.Templates;
using Linkerd.Charts.Values;
using Linkerd.Charts.Yaml;

namespace Linkerd.Charts;

/// <summary>A Helm chart: its metadata, default values, templates, other files, and the charts that it depends on.</summary>
public sealed class Chart
{
    private const int MaxDependencyDepth = 8;

    private readonly IReadOnlyDictionary<string, string> _files;

    private Chart(ChartMetadata metadata, ValueMap defaults, IReadOnlyDictionary<string, string> files, IReadOnlyList<Chart> dependencies)
    {
        Metadata = metadata;
        DefaultValues = defaults;
        _files = files;
        Dependencies = dependencies;
    }

    /// <summary>What <c>Chart.yaml</c> says.</summary>
    public ChartMetadata Metadata { get; }

    /// <summary>The values of <c>values.yaml</c>. Not to be changed: <see cref="ValueMap.Copy"/> them.</summary>
    public ValueMap DefaultValues { get; }

    /// <summary>Charts that this one depends on.</summary>
    public IReadOnlyList<Chart> Dependencies { get; }

    /// <summary>The text of a file of the chart, such as <c>values-ha.yaml</c>, or null where there is none.</summary>
    public string? File(string path) => _files.GetValueOrDefault(path);

    /// <summary>The values of a YAML file of the chart.</summary>
    /// <exception cref="ChartException">There is no such file, or it is no YAML mapping.</exception>
    public ValueMap Values(string path) =>
        ReadMap($"{Metadata.Name}/{path}", File(path) ?? throw new ChartException($"chart {Metadata.Name} has no file {path}"));

    /// <summary>Reads a chart from a folder.</summary>
    /// <exception cref="ChartException">It is no chart, or a dependency is not there.</exception>
    public static Chart FromFolder(string folder)
    {
        if (!System.IO.File.Exists(Path.Combine(folder, "Chart.yaml")))
            throw new ChartException($"{folder} is no chart: it has no Chart.yaml");
        return From(FolderFiles(folder), repository => FolderFiles(Path.GetFullPath(Path.Combine(folder, repository))), 0);
    }

    /// <summary>Builds a chart from its files by their paths.</summary>
    /// <param name="files">Path in the chart, with slashes, to text.</param>
    /// <param name="repository">The files of a dependency whose repository is <c>file://</c> and the path given.</param>
    /// <exception cref="ChartException">It is no chart, or a dependency is not there.</exception>
    public static Chart From(IReadOnlyDictionary<string, string> files, Func<string, IReadOnlyDictionary<string, string>> repository) => From(files, repository, 0);

    internal IEnumerable<TemplateSource> Templates(string prefix) => _files
        .Where(f => f.Key.StartsWith("templates/", StringComparison.Ordinal))
        .Select(f => new TemplateSource($"{prefix}{Metadata.Name}/{f.Key}", f.Value));

    internal IEnumerable<KeyValuePair<string, string>> OtherFiles => _files
        .Where(f => !f.Key.StartsWith("templates/", StringComparison.Ordinal) && !f.Key.StartsWith("charts/", StringComparison.Ordinal)
            && f.Key is not ("Chart.yaml" or "values.yaml" or "values.schema.json" or "Chart.lock"));

    private static Chart From(IReadOnlyDictionary<string, string> files, Func<string, IReadOnlyDictionary<string, string>> repository, int depth)
    {
        if (depth > MaxDependencyDepth)
            throw new ChartException($"charts depend on each other more than {MaxDependencyDepth} deep");
        var metadata = new ChartMetadata(ReadMap("Chart.yaml", files.GetValueOrDefault("Chart.yaml") ?? throw new ChartException("there is no Chart.yaml")));
        if (metadata.Name.Length == 0 || metadata.Version.Length == 0)
            throw new ChartException("Chart.yaml must have a name and a version");
        var defaults = files.TryGetValue("values.yaml", out var text) ? ReadMap($"{metadata.Name}/values.yaml", text) : [];
        var dependencies = metadata.Dependencies.Select(d => From(DependencyFiles(metadata.Name, d.Name, d.Repository, files, repository), repository, depth + 1));
        return new Chart(metadata, defaults, files, [.. dependencies]);
    }

    private static IReadOnlyDictionary<string, string> DependencyFiles(
        string chart, string name, string repository, IReadOnlyDictionary<string, string> files, Func<string, IReadOnlyDictionary<string, string>> read)
    {
        var prefix = $"charts/{name}/";
        var vendored = files.Where(f => f.Key.StartsWith(prefix, StringComparison.Ordinal)).ToDictionary(f => f.Key[prefix.Length..], f => f.Value);
        if (vendored.Count > 0)
            return vendored;
        const string scheme = "file://";
        return repository.StartsWith(scheme, StringComparison.Ordinal)
            ? read(repository[scheme.Length..])
            : throw new ChartException($"chart {chart} depends on {name}, which is not under its charts/: run helm dependency build");
    }

    private static Dictionary<string, string> FolderFiles(string folder)
    {
        if (!Directory.Exists(folder))
            throw new ChartException($"there is no chart in {folder}");
        return Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .ToDictionary(f => Path.GetRelativePath(folder, f).Replace('\\', '/'), System.IO.File.ReadAllText);
    }

    private static ValueMap ReadMap(string name, string text)
    {
        try
        {
            return YamlReader.ReadMap(text);
        }
        catch (FormatException e)
        {
            throw new ChartException($"{name}: {e.Message}", e);
        }
    }
}
