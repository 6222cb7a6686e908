using Linkerd.Charts.Templates;

namespace Linkerd.Charts;

/// <summary><c>.Files</c> of templates: what is in the chart beside its templates.</summary>
internal sealed class ChartFiles(IEnumerable<KeyValuePair<string, string>> files) : ITemplateObject
{
    private readonly Dictionary<string, string> _files = new(files);

    public bool TryGet(string name, IReadOnlyList<object?> arguments, out object? value)
    {
        value = (name, arguments) switch
        {
            ("Get", [string path]) => _files.GetValueOrDefault(path, ""),
            ("Lines", [string path]) => _files.TryGetValue(path, out var text) ? text.TrimEnd('\n').Split('\n').ToList<object?>() : new List<object?>(),
            _ => null,
        };
        return value is not null;
    }
}
