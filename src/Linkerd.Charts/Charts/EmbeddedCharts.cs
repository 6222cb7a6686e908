using System.Reflection;

namespace Linkerd.Charts;

/// <summary>The charts of this repository's <c>charts/</c>, which the assembly carries.</summary>
public static class EmbeddedCharts
{
    private const string Prefix = "charts/";

    /// <summary>The definitions of the mesh's resources.</summary>
    public static Chart Crds => Load("linkerd-crds");

    /// <summary>The control plane.</summary>
    public static Chart ControlPlane => Load("linkerd-control-plane");

    /// <summary>The CNI plugin.</summary>
    public static Chart Cni => Load("linkerd2-cni");

    /// <summary>The viz extension.</summary>
    public static Chart Viz => Load("linkerd-viz");

    private static Chart Load(string name) => Chart.From(Files(name), repository => Files(repository["../".Length..]));

    private static Dictionary<string, string> Files(string chart)
    {
        var assembly = typeof(EmbeddedCharts).Assembly;
        var prefix = $"{Prefix}{chart}/";
        return assembly.GetManifestResourceNames()
            .Select(n => (Resource: n, Path: n.Replace('\\', '/')))
            .Where(n => n.Path.StartsWith(prefix, StringComparison.Ordinal))
            .ToDictionary(n => n.Path[prefix.Length..], n => Read(assembly, n.Resource));
    }

    private static string Read(Assembly assembly, string resource)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
        return reader.ReadToEnd();
    }
}
