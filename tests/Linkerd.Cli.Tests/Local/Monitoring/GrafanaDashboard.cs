using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Linkerd.Testing;

namespace Linkerd.Cli.Tests.Local.Monitoring;

/// <summary>A dashboard as Grafana would show it: its variables filled from Prometheus, its panels' expressions with them put in.</summary>
internal sealed partial class GrafanaDashboard
{
    // What a user would choose first; else the first value there is.
    private static readonly Dictionary<string, string[]> s_preferred = new()
    {
        ["namespace"] = ["shop", "linkerd"], ["deployment"] = ["web"], ["service"] = ["web"], ["authority"] = ["web.shop:8080"], ["pod"] = ["db-0"],
    };

    private readonly JsonNode _json;

    private GrafanaDashboard(string file)
    {
        Name = Path.GetFileNameWithoutExtension(file);
        _json = JsonNode.Parse(File.ReadAllText(file))!;
    }

    public string Name { get; }

    public static IReadOnlyList<GrafanaDashboard> All() =>
        [.. Directory.EnumerateFiles(Path.Combine(Repository.Root, "grafana", "dashboards"), "*.json").Order(StringComparer.Ordinal).Select(static f => new GrafanaDashboard(f))];

    /// <summary>Every expression of every panel, ready to be asked.</summary>
    public async Task<IReadOnlyList<(string Panel, string Expression)>> ExpressionsAsync(MonitoredMesh mesh)
    {
        var values = new Dictionary<string, string>();
        foreach (var variable in _json["templating"]!["list"]!.AsArray().Where(static v => v!["type"]!.GetValue<string>() == "query"))
        {
            var name = variable!["name"]!.GetValue<string>();
            values[name] = variable["includeAll"]!.GetValue<bool>() ? variable["allValue"]!.GetValue<string>() : await ChooseAsync(mesh, name, variable["definition"]!.GetValue<string>(), values);
        }

        return
        [
            .. from panel in _json["panels"]!.AsArray()
               where panel!["targets"] is not null
               from target in panel["targets"]!.AsArray()
               select (panel["title"]!.GetValue<string>(), Fill(target!["expr"]!.GetValue<string>(), values)),
        ];
    }

    private static async Task<string> ChooseAsync(MonitoredMesh mesh, string name, string definition, Dictionary<string, string> values)
    {
        var asked = LabelValues().Match(definition);
        var label = asked.Groups["label"].Value;
        var found = (await mesh.QueryAsync($"count({Fill(asked.Groups["selector"].Value, values)}) by ({label})")).Select(s => s.Labels[label]).Where(static v => v.Length > 0).Order(StringComparer.Ordinal).ToArray();
        return s_preferred.GetValueOrDefault(name, []).FirstOrDefault(found.Contains) ?? found.FirstOrDefault() ?? "";
    }

    private static string Fill(string expression, Dictionary<string, string> values) => Variable().Replace(expression, m => m.Groups["name"].Value switch
    {
        "__rate_interval" => MonitoredMesh.RateInterval,
        var name => values.TryGetValue(name, out var value) ? value : throw new InvalidOperationException($"{m.Value} in {expression} is no variable of the dashboard"),
    });

    [GeneratedRegex(@"^label_values\((?<selector>.+), (?<label>\w+)\)$", RegexOptions.ExplicitCapture)]
    private static partial Regex LabelValues();

    [GeneratedRegex(@"\$(?<name>\w+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Variable();
}
