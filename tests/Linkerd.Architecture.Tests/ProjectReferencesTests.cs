using System.Xml.Linq;
using Linkerd.Testing;

namespace Linkerd.Architecture.Tests;

/// <summary>Holds the arrows of the architecture: a project of <c>src/</c> may reference exactly what this table allows.</summary>
public sealed class ProjectReferencesTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Linkerd.Model"] = [],
        ["Linkerd.Telemetry"] = [],
        ["Linkerd.Http"] = [],
        ["Linkerd.Net"] = [],
        ["Linkerd.Routing"] = ["Linkerd.Model", "Linkerd.Http"],
        ["Linkerd.Grpc"] = ["Linkerd.Telemetry"],
        ["Linkerd.Grpc.AspNetCore"] = ["Linkerd.Grpc"],
        ["Linkerd.Api"] = ["Linkerd.Model"],
        ["Linkerd.Kubernetes"] = ["Linkerd.Telemetry"],
        ["Linkerd.Charts"] = [],
        ["Linkerd.Proxy"] = ["Linkerd.Model", "Linkerd.Telemetry", "Linkerd.Http", "Linkerd.Routing", "Linkerd.Net", "Linkerd.Grpc", "Linkerd.Api"],
        ["Linkerd.Init"] = ["Linkerd.Model", "Linkerd.Net", "Linkerd.Kubernetes"],
        ["Linkerd.Inject"] = ["Linkerd.Model", "Linkerd.Kubernetes", "Linkerd.Charts"],
        ["Linkerd.Checks"] = ["Linkerd.Kubernetes", "Linkerd.Charts"],
        ["Linkerd.Stats"] = ["Linkerd.Telemetry", "Linkerd.Kubernetes"],
        ["Linkerd.Components"] = ["Linkerd.Model", "Linkerd.Grpc.AspNetCore", "Linkerd.Kubernetes"],
        ["Linkerd.Controller"] = ["Linkerd.Components", "Linkerd.Model", "Linkerd.Telemetry", "Linkerd.Grpc.AspNetCore", "Linkerd.Api", "Linkerd.Kubernetes", "Linkerd.Charts", "Linkerd.Inject"],
        ["Linkerd.Viz"] = ["Linkerd.Components", "Linkerd.Model", "Linkerd.Telemetry", "Linkerd.Grpc.AspNetCore", "Linkerd.Api", "Linkerd.Kubernetes", "Linkerd.Stats", "Linkerd.Checks"],
        ["Linkerd.Local"] = ["Linkerd.Model", "Linkerd.Kubernetes", "Linkerd.Stats"],
        ["Linkerd.Cli"] = ["Linkerd.Model", "Linkerd.Routing", "Linkerd.Grpc.AspNetCore", "Linkerd.Api", "Linkerd.Kubernetes", "Linkerd.Charts", "Linkerd.Inject", "Linkerd.Checks", "Linkerd.Stats", "Linkerd.Local"],
    };

    public static TheoryData<string> Projects()
    {
        var data = new TheoryData<string>();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.csproj", SearchOption.AllDirectories).Order())
            data.Add(Path.GetFileNameWithoutExtension(file));
        return data;
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_references_only_what_the_architecture_allows(string project)
    {
        Assert.True(Allowed.ContainsKey(project), $"{project} is not in the architecture's table: add it here and to docs/architecture.md, with its reason");
        var file = Path.Combine(Repository.Root, "src", project, project + ".csproj");
        var references = XDocument.Load(file).Descendants("ProjectReference")
            .Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value.Replace('\\', '/')))
            .ToArray();
        Assert.All(references, r => Assert.True(Allowed[project].Contains(r), $"{project} must not reference {r}"));
    }

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var root = Repository.Root;
        var solution = File.ReadAllText(Path.Combine(root, "Linkerd.slnx"));
        var missing = new[] { "src", "tests", "demo" }
            .SelectMany(d => Directory.EnumerateFiles(Path.Combine(root, d), "*.csproj", SearchOption.AllDirectories))
            .Select(f => Path.GetRelativePath(root, f))
            .Where(f => !solution.Contains($"\"{f}\"", StringComparison.Ordinal));
        Assert.Empty(missing);
    }
}
