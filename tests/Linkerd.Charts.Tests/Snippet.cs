using Linkerd.Charts.Templates;
using Linkerd.Charts.Values;
using Linkerd.Charts.Yaml;

namespace Linkerd.Charts.Tests;

/// <summary>One template as a chart of its own.</summary>
internal static class Snippet
{
    public static string Render(string template, string values = "", RenderLimits? limits = null)
    {
        var chart = Chart.From(
            new Dictionary<string, string> { ["Chart.yaml"] = "name: c\nversion: 1.0.0\n", ["templates/t.yaml"] = template },
            _ => throw new InvalidOperationException());
        var files = new ChartRenderer(chart, new ChartRelease { Name = "r", Namespace = "ns" }, limits: limits).Render(YamlReader.ReadMap(values));
        return files.Count == 0 ? "" : files[0].Text;
    }
}
