using Linkerd.Testing;

namespace Linkerd.EndToEndTests;

/// <summary>Each resource of the mesh on a real API server: what its definition accepts and refuses, and what the control plane's webhooks refuse.</summary>
public sealed class DefinitionsTests
{
    [Fact]
    public void Definitions_accept_and_refuse()
    {
        var wrong = new List<string>();
        var examples = DefinitionExamples.All;
        // What is accepted needs no call of its own.
        var (code, output, errors) = Kubectl.Try(string.Join("---\n", examples.Select(static (e, i) => DefinitionExamples.Document(e.Version, e.Kind, e.Accepted, $"n{i}"))), "apply", "-f", "-");
        Assert.True(code == 0, errors);
        Assert.Equal(examples.Count, output.TrimEnd().Split('\n').Count(static l => l.EndsWith(" created", StringComparison.Ordinal)));
        foreach (var (version, kind, _, refused, message) in examples)
            Expect(wrong, DefinitionExamples.Document(version, kind, refused, "refused"), $"{version} {kind}", message, DefinitionExamples.WithoutIndices);
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Kubectl.Delete(string.Join("---\n", examples.Select(static (e, i) => DefinitionExamples.Document(e.Version, e.Kind, e.Accepted, $"n{i}"))));
    }

    [Fact]
    public void Webhooks_refuse_with_field_value_and_fix()
    {
        var wrong = new List<string>();
        foreach (var (version, kind, refused, message) in DefinitionExamples.Webhooks)
            Expect(wrong, DefinitionExamples.Document(version, kind, refused, "refused"), $"{version} {kind}", message, static text => text);
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private static void Expect(List<string> wrong, string document, string what, string message, Func<string, string> normal)
    {
        // The server is to judge, not kubectl.
        var (code, _, errors) = Kubectl.Try(document, "create", "--validate=false", "-f", "-");
        if (code == 0 || !normal(errors).Contains(message, StringComparison.Ordinal))
            wrong.Add($"{what}: expected {message}, got {code}: {errors.Trim()}");
        if (code == 0)
            Kubectl.Delete(document);
    }
}
