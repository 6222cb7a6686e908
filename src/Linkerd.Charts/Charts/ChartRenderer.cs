using Linkerd.Charts.Functions;
using Linkerd.Charts.Templates;
using Linkerd.Charts.Values;

namespace Linkerd.Charts;

/// <summary>Renders a chart as <c>helm template</c> does.</summary>
public sealed class ChartRenderer
{
    private readonly Chart _chart;
    private readonly ChartRelease _release;
    private readonly ClusterCapabilities _capabilities;
    private readonly RenderLimits _limits;

    /// <summary>Creates a renderer.</summary>
    /// <exception cref="ChartException">The chart does not support the cluster's version.</exception>
    public ChartRenderer(Chart chart, ChartRelease release, ClusterCapabilities? capabilities = null, RenderLimits? limits = null)
    {
        _chart = chart;
        _release = release;
        _capabilities = capabilities ?? ClusterCapabilities.Default;
        _limits = limits ?? new RenderLimits();
        var wanted = chart.Metadata.KubeVersion;
        if (wanted.Length != 0 && !_capabilities.Satisfies(wanted))
            throw new ChartException($"chart {chart.Metadata.Name} {chart.Metadata.Version} requires Kubernetes {wanted}; the cluster is {_capabilities.KubeVersion}");
    }

    /// <summary>The values in effect: the chart's defaults with <paramref name="over"/> laid over them, where null removes a default.</summary>
    public static ValueMap Coalesce(Chart chart, ValueMap over)
    {
        var values = chart.DefaultValues.Copy();
        Override(values, over);
        foreach (var dependency in chart.Dependencies)
        {
            var own = values.GetValueOrDefault(dependency.Metadata.Name) as ValueMap ?? [];
            own.TryAdd("global", new ValueMap());
            values[dependency.Metadata.Name] = Coalesce(dependency, own);
        }

        return values;
    }

    /// <summary>Renders every template of the chart, by path. Files with nothing but blanks are left out.</summary>
    /// <param name="over">Values laid over the chart's defaults.</param>
    /// <exception cref="ChartException">A template fails; the message has file, line, column and expression.</exception>
    public IReadOnlyList<RenderedFile> Render(ValueMap over)
    {
        var files = new List<(Chart Chart, TemplateSource Source, ValueMap Scope)>();
        Collect(_chart, "", Coalesce(_chart, over), files);

        // Templates of the charts around come last: they may define again what the ones inside define.
        var definitions = new Dictionary<string, Definition>();
        var parsed = new Dictionary<string, Definition>();
        foreach (var (_, source, _) in files.OrderByDescending(f => f.Source.Name.Count(c => c == '/')).ThenByDescending(f => f.Source.Name, StringComparer.Ordinal))
            parsed[source.Name] = Parser.Parse(source, definitions, FunctionTable.Standard.Contains);

        var session = new RenderSession(definitions, FunctionTable.Standard, _limits);
        var rendered = new List<RenderedFile>();
        foreach (var (chart, source, scope) in files.OrderBy(f => f.Source.Name, StringComparer.Ordinal))
        {
            if (chart.Metadata.IsLibrary || Path.GetFileName(source.Name).StartsWith('_'))
                continue;
            scope["Template"] = new ValueMap { ["Name"] = source.Name, ["BasePath"] = $"{source.Name[..source.Name.IndexOf("/templates/", StringComparison.Ordinal)]}/templates" };
            var text = Run(session, parsed[source.Name], scope).Replace(Evaluator.NoValue, "", StringComparison.Ordinal);
            if (!string.IsNullOrWhiteSpace(text))
                rendered.Add(new RenderedFile(source.Name, text));
        }

        return rendered;
    }

    private static string Run(RenderSession session, Definition definition, ValueMap scope)
    {
        try
        {
            return session.Run(definition, scope);
        }
        catch (FunctionException e)
        {
            throw new ChartException($"{definition.Source.Name}: {e.Message}", e);
        }
    }

    private void Collect(Chart chart, string prefix, ValueMap values, List<(Chart Chart, TemplateSource Source, ValueMap Scope)> files)
    {
        foreach (var source in chart.Templates(prefix))
        {
            files.Add((chart, source, new ValueMap
            {
                ["Values"] = values,
                ["Release"] = _release.ToValues(),
                ["Chart"] = chart.Metadata,
                ["Capabilities"] = _capabilities,
                ["Files"] = new ChartFiles(chart.OtherFiles),
                ["Subcharts"] = new ValueMap(),
            }));
        }

        foreach (var dependency in chart.Dependencies)
            Collect(dependency, $"{prefix}{chart.Metadata.Name}/charts/", (ValueMap)values[dependency.Metadata.Name]!, files);
    }

    private static void Override(ValueMap values, ValueMap over)
    {
        foreach (var (key, value) in over)
        {
            if (value is null)
                values.Remove(key);
            else if (value is ValueMap inner && values.TryGetValue(key, out var existing) && existing is ValueMap map)
                Override(map, inner);
            else
                values[key] = ValueMap.CopyOf(value);
        }
    }
}
