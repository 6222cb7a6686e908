using System.Text.Json.Nodes;

namespace Linkerd.Charts.Tests;

/// <summary>Every function and rule of the language, against Go's own.</summary>
public sealed class TemplateOracleTests(TemplateOracleTests.Answers answers) : IClassFixture<TemplateOracleTests.Answers>
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Oracle");

    public static TheoryData<string> Names() => [.. Snippets().Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_template_renders_as_in_Go(string name)
    {
        var answer = answers.Of(name);
        Assert.Equal("", answer["Error"]!.GetValue<string>());
        Assert.Equal(answer["Files"]!["snippet"]!.GetValue<string>(), Snippet.Render(Snippets()[name], Values()));
    }

    private static string Values() => File.ReadAllText(Path.Combine(Folder, "values.yaml"));

    private static Dictionary<string, string> Snippets()
    {
        var snippets = new Dictionary<string, string>();
        foreach (var part in File.ReadAllText(Path.Combine(Folder, "snippets.txt")).Split("=== ", StringSplitOptions.RemoveEmptyEntries))
        {
            var end = part.IndexOf('\n', StringComparison.Ordinal);
            snippets.Add(part[..end], part[(end + 1)..]);
        }

        return snippets;
    }

    /// <summary>All answers of one run of the oracle.</summary>
    public sealed class Answers
    {
        private readonly Dictionary<string, JsonObject> _answers;

        public Answers()
        {
            var cases = Snippets().Select(s => (JsonNode)new JsonObject { ["Template"] = s.Value, ["ValuesYaml"] = Values() });
            var results = new GoOracle().Run([.. cases]);
            _answers = Snippets().Keys.Zip(results).ToDictionary(p => p.First, p => p.Second);
        }

        public JsonObject Of(string name) => _answers[name];
    }
}
