using System.Text.RegularExpressions;
using Linkerd.Testing;

namespace Linkerd.Architecture.Tests;

/// <summary>An image built by a Dockerfile of <c>eng/docker</c> starts as the one that <c>eng/images</c> builds without an engine.</summary>
public sealed partial class ImagesTests
{
    private static readonly string s_script = File.ReadAllText(Path.Combine(Repository.Root, "eng", "images")).Replace("\\\n", "", StringComparison.Ordinal);

    public static TheoryData<string, string, string> Images()
    {
        var data = new TheoryData<string, string, string>();
        foreach (Match image in Archive().Matches(s_script))
            data.Add(image.Groups["name"].Value, image.Groups["entrypoint"].Value, image.Groups["user"].Value);
        return data;
    }

    [Theory]
    [MemberData(nameof(Images))]
    public void Every_image_has_a_Dockerfile_that_starts_it_alike(string name, string entrypoint, string user)
    {
        var path = Path.Combine(Repository.Root, "eng", "docker", name + ".Dockerfile");
        Assert.True(File.Exists(path), $"eng/images builds {name}, but there is no eng/docker/{name}.Dockerfile");
        var lines = File.ReadAllLines(path);
        Assert.Equal($"USER {user}", lines.Last(static l => l.StartsWith("USER ", StringComparison.Ordinal)));
        Assert.Equal($"ENTRYPOINT [\"{entrypoint}\"]", lines.Last(static l => l.StartsWith("ENTRYPOINT ", StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(Images))]
    public void Every_other_name_of_a_binary_is_in_its_Dockerfile(string name, string entrypoint, string user)
    {
        _ = (entrypoint, user);
        var function = Function().Matches(s_script).Single(m => m.Groups["name"].Value.Replace('_', '-') == name).Groups["body"].Value;
        var dockerfile = File.ReadAllText(Path.Combine(Repository.Root, "eng", "docker", name + ".Dockerfile"));
        foreach (Match link in Names().Matches(function))
            Assert.Contains($"for name in {link.Groups["names"].Value}; do", dockerfile, StringComparison.Ordinal);
    }

    [GeneratedRegex("""^\s*archive (?<name>[a-z-]+) --entrypoint (?<entrypoint>\S+) --user (?<user>\d+)""", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Archive();

    [GeneratedRegex("""^(?<name>[a-z_]+)\(\) \{.*?\n(?<body>.*?)^\}""", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Function();

    [GeneratedRegex("""for name in (?<names>(linkerd|lib)[^;]*); do""", RegexOptions.ExplicitCapture)]
    private static partial Regex Names();
}
