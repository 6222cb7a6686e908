using System.Globalization;
using System.Text;
using Linkerd.Charts.Values;
using Linkerd.Charts.Yaml;
using Linkerd.Testing;

namespace Linkerd.Charts.Tests;

/// <summary>Pages of the reference that are generated from the charts; GOLDEN_UPDATE=1 writes them.</summary>
public sealed class ReferencePageTests
{
    private const string Required = """
        identityTrustAnchorsPEM: "-----BEGIN CERTIFICATE-----\nQUJD\n-----END CERTIFICATE-----\n"
        identity: {issuer: {tls: {crtPEM: "certificate", keyPEM: "key"}}}
        """;

    [Fact]
    public void Every_value_of_the_charts_is_on_its_page()
    {
        var page = new StringBuilder("""
            # Values of the charts

            Generated from `charts/*/values.yaml`. Each key can be set by `--set KEY=VALUE` or in a file for `-f`, with `linkerd install`, `linkerd upgrade`,
            `linkerd viz install` and `linkerd install-cni` as with Helm. A description stands at the first key that it is about; those below it without
            one belong to it.

            """);
        Write(page, "linkerd-control-plane", HighlyAvailable("linkerd-control-plane"));
        Write(page, "linkerd-crds", []);
        Write(page, "linkerd-viz", HighlyAvailable("linkerd-viz"));
        Write(page, "linkerd2-cni", []);
        Golden.MatchFile("docs/reference/values.md", page.ToString());
    }

    [Fact]
    public void Every_object_of_an_installation_is_on_its_page()
    {
        var values = YamlReader.ReadMap(Required);
        var plain = Objects(EmbeddedCharts.ControlPlane, values);
        var ha = values.Copy();
        ValueFlag.Merge(ha, EmbeddedCharts.ControlPlane.Values("values-ha.yaml"));
        var page = new StringBuilder("""
            # What an installation consists of

            Generated from the charts, in the order in which the objects are applied. Those of the control plane have the label
            `linkerd.io/control-plane-ns: linkerd`, those of the viz extension `linkerd.io/extension: viz`.

            ## `linkerd install --crds`


            """);
        Table(page, Objects(EmbeddedCharts.Crds, YamlReader.ReadMap("installGatewayAPI: true")));
        page.Append("\nThose of gateway.networking.k8s.io are left out where somebody else has installed them.\n\n## `linkerd install`\n\n");
        Table(page, plain);
        page.Append("\nThe CLI adds the Secret `linkerd-config-overrides` in the same namespace, which holds the values that differ from the defaults: `linkerd upgrade` starts from it.\n\n## `linkerd install --ha` adds\n\n");
        Table(page, [.. Objects(EmbeddedCharts.ControlPlane, ha).Where(o => !plain.Contains(o))]);
        Viz(page);
        Golden.MatchFile("docs/reference/installed-objects.md", page.ToString());
    }

    private static void Viz(StringBuilder page)
    {
        var with = Objects(EmbeddedCharts.Viz, []);
        var without = Objects(EmbeddedCharts.Viz, YamlReader.ReadMap("prometheus: {enabled: false}"));
        page.Append("\n## `linkerd viz install --set prometheus.enabled=false`\n\n");
        Table(page, without);
        page.Append("\n## `linkerd viz install` adds\n\n");
        Table(page, [.. with.Where(o => !without.Contains(o))]);
        page.Append("\n## `linkerd viz install --ha` adds\n\n");
        Table(page, [.. Objects(EmbeddedCharts.Viz, HighlyAvailable("linkerd-viz")).Where(o => !with.Contains(o))]);
    }

    private static ValueMap HighlyAvailable(string chart) => YamlReader.ReadMap(File.ReadAllText(Path.Combine(Repository.Root, "charts", chart, "values-ha.yaml")));

    private static List<(string Kind, string Namespace, string Name)> Objects(Chart chart, ValueMap values)
    {
        var release = new ChartRelease { Name = chart.Metadata.Name, Namespace = chart.Metadata.Name == "linkerd-viz" ? "linkerd-viz" : "linkerd" };
        return [.. Manifests.Of(new ChartRenderer(chart, release, ClusterCapabilities.Default).Render(values)).Select(static m => (m.Kind, m.Namespace, m.Name))];
    }

    private static void Table(StringBuilder page, List<(string Kind, string Namespace, string Name)> objects)
    {
        page.Append("| kind | namespace | name |\n|---|---|---|\n");
        foreach (var (kind, ns, name) in objects)
            page.Append(CultureInfo.InvariantCulture, $"| {kind} | {ns} | {name} |\n");
    }

    private static void Write(StringBuilder page, string chart, ValueMap over)
    {
        page.Append(CultureInfo.InvariantCulture, $"\n## {chart}\n");
        var text = File.ReadAllText(Path.Combine(Repository.Root, "charts", chart, "values.yaml"));
        var defaults = YamlReader.ReadMap(text);
        var (described, sections, order) = Comments(text.Split('\n'));
        var open = false;
        var leaves = new List<(string Path, object? Value)>();
        Leaves(defaults, "", leaves);
        foreach (var (path, value) in leaves.OrderBy(l => Place(l.Path, order)))
        {
            var section = sections.FirstOrDefault(s => path == s.Key || path.StartsWith(s.Key + ".", StringComparison.Ordinal));
            if (section.Title is not null && sections.Remove(section))
                open = Head(page, section.Title, over.Count > 0);
            else if (!open)
                open = Head(page, null, over.Count > 0);
            var high = over.Count == 0 ? "" : over.Find(path) is { } other ? $" {Show(other)} |" : " |";
            page.Append(CultureInfo.InvariantCulture, $"| `{path}` | {Show(value)} |{high} {Description(path, described)} |\n");
        }

        Assert.Empty(described.Values.Where(static d => !d.Used).Select(static d => d.Text));
    }

    private static bool Head(StringBuilder page, string? title, bool high)
    {
        if (title is not null)
            page.Append(CultureInfo.InvariantCulture, $"\n### {title}\n");
        page.Append(high ? "\n| key | default | with `--ha` | |\n|---|---|---|---|\n" : "\n| key | default | |\n|---|---|---|\n");
        return true;
    }

    // Descriptions of the keys above that have not been told yet, then its own.
    private static string Description(string path, Dictionary<string, Comment> described)
    {
        var told = new List<string>();
        for (var end = path.IndexOf('.', StringComparison.Ordinal); ; end = path.IndexOf('.', end + 1))
        {
            var key = end < 0 ? path : path[..end];
            if (described.TryGetValue(key, out var comment) && !comment.Used)
            {
                told.Add(comment.Text);
                described[key] = comment with { Used = true };
            }

            if (end < 0)
                return string.Join(' ', told).Replace("|", "\\|", StringComparison.Ordinal);
        }
    }

    // As in the file; what an alias repeats stands where the alias does.
    private static int Place(string path, List<string> order)
    {
        var key = path;
        while (!order.Contains(key))
            key = key[..key.LastIndexOf('.')];
        return order.IndexOf(key);
    }

    private static void Leaves(ValueMap values, string prefix, List<(string Path, object? Value)> leaves)
    {
        foreach (var (key, value) in values)
        {
            if (value is ValueMap { Count: > 0 } inner)
                Leaves(inner, prefix + Escaped(key) + ".", leaves);
            else
                leaves.Add((prefix + Escaped(key), value));
        }
    }

    // As --set takes a key that has dots.
    private static string Escaped(string key) => key.Replace(".", "\\.", StringComparison.Ordinal);

    private static string Show(object? value) => value switch
    {
        null => "`null`",
        string { Length: 0 } => "`\"\"`",
        ValueMap { Count: 0 } => "`{}`",
        List<object?> { Count: 0 } => "`[]`",
        ValueMap or List<object?> => $"`{Json(value)}`",
        bool flag => flag ? "`true`" : "`false`",
        _ => $"`{Convert.ToString(value, CultureInfo.InvariantCulture)}`",
    };

    private static string Json(object? value) => value switch
    {
        ValueMap map => "{" + string.Join(", ", map.Select(static p => $"{p.Key}: {Json(p.Value)}")) + "}",
        List<object?> list => "[" + string.Join(", ", list.Select(Json)) + "]",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "null",
    };

    // Comments stand above their key, at its depth; "# ---- title" begins a section.
    private static (Dictionary<string, Comment> Described, List<(string Title, string Key)> Sections, List<string> Order) Comments(string[] lines)
    {
        var order = new List<string>();
        var described = new Dictionary<string, Comment>();
        var sections = new List<(string Title, string Key)>();
        var path = new List<(int Indent, string Key)>();
        var comment = new List<string>();
        string? title = null;
        foreach (var line in lines)
        {
            var text = line.Trim();
            var indent = line.Length - line.TrimStart().Length;
            if (text.StartsWith("# ----", StringComparison.Ordinal))
                title = text.Trim('#', '-', ' ');
            else if (text.StartsWith('#'))
                comment.Add(text[1..].Trim());
            else if (text.Length == 0)
                comment.Clear();
            if (text.Length == 0 || text[0] is '#' or '-' || text.IndexOf(':', StringComparison.Ordinal) is not (> 0 and var colon))
                continue;
            path.RemoveAll(p => p.Indent >= indent);
            path.Add((indent, Escaped(text[..colon])));
            var key = string.Join('.', path.Select(static p => p.Key));
            order.Add(key);
            if (title is not null)
                sections.Add((title[..1].ToUpperInvariant() + title[1..], key));
            title = null;
            if (comment.Count > 0)
                described[key] = new Comment(string.Join(' ', comment), Used: false);
            comment.Clear();
        }

        return (described, sections, order);
    }

    private sealed record Comment(string Text, bool Used);
}
