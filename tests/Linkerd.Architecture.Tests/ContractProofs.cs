using System.Text.RegularExpressions;

namespace Linkerd.Architecture.Tests;

/// <summary>The tests that carry <c>[Proves]</c>, read from the sources so that no test assembly need be loaded.</summary>
public static partial class ContractProofs
{
    /// <summary>For each row id that is named, the tests that name it, as <c>Class.Method</c> or <c>Class</c>.</summary>
    public static ILookup<string, string> Read(string testsFolder) => Directory
        .EnumerateFiles(testsFolder, "*.cs", SearchOption.AllDirectories)
        .Order(StringComparer.Ordinal)
        .SelectMany(file => Of(Path.GetFileNameWithoutExtension(file), File.ReadAllText(file)))
        .ToLookup(static proof => proof.Row, static proof => proof.Test, StringComparer.Ordinal);

    private static IEnumerable<(string Row, string Test)> Of(string file, string source)
    {
        foreach (Match attribute in Attribute().Matches(source))
        {
            var declared = Declaration().Match(source, attribute.Index + attribute.Length);
            if (!declared.Success)
                continue;
            var name = declared.Groups["type"].Success ? declared.Groups["type"].Value : $"{file}.{declared.Groups["method"].Value}";
            foreach (Match row in Text().Matches(attribute.Groups["rows"].Value))
                yield return (row.Groups["id"].Value, name);
        }
    }

    [GeneratedRegex("""^\s*\[Proves\((?<rows>("[^"]*"(,\s*)?)+)\)\]""", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Attribute();

    [GeneratedRegex("\"(?<id>[^\"]*)\"", RegexOptions.ExplicitCapture)]
    private static partial Regex Text();

    [GeneratedRegex("""^\s*(public|internal)\s[^=;(]*?(class\s+(?<type>\w+)|(?<method>\w+)\s*\()""", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Declaration();
}
