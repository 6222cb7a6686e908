using System.Diagnostics;
using System.Text.Json.Nodes;
using Linkerd.Testing;

namespace Linkerd.Charts.Tests;

/// <summary>
/// The foreign judge of the engine: <c>Oracle/oracle.go</c> on Go's own text/template and Sprig, from the Debian packages
/// golang-go, golang-github-masterminds-sprig-dev and golang-k8s-sigs-yaml-dev. Without them the tests fail.
/// </summary>
public sealed class GoOracle
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);

    private readonly Lazy<string> _binary = new(Build);

    /// <summary>Renders every case; each result has Files or Error.</summary>
    public IReadOnlyList<JsonObject> Run(JsonArray cases)
    {
        var job = new JsonObject { ["Charts"] = Path.Combine(Repository.Root, "charts"), ["Cases"] = cases };
        var answer = Execute(_binary.Value, [], job.ToJsonString(), []);
        return [.. JsonNode.Parse(answer)!.AsArray().Select(r => r!.AsObject())];
    }

    private static string Build()
    {
        var binary = Path.Combine(Directory.CreateTempSubdirectory("linkerd-chart-oracle-").FullName, "oracle");
        var cache = Path.Combine(Path.GetTempPath(), "linkerd-chart-oracle-cache");
        Execute("go", ["build", "-o", binary, Path.Combine(AppContext.BaseDirectory, "Oracle", "oracle.go")], "", new()
        {
            ["GO111MODULE"] = "off",
            ["GOPATH"] = "/usr/share/gocode",
            ["GOFLAGS"] = "",
            ["GOCACHE"] = cache,
        });
        return binary;
    }

    private static string Execute(string file, string[] arguments, string input, Dictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(file, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"cannot start {file}");
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        Assert.True(process.WaitForExit(Limit), $"{file} did not end within {Limit}");
        Assert.True(process.ExitCode == 0, $"{file} {string.Join(' ', arguments)} failed: {errors.Result}");
        return output.Result;
    }
}
