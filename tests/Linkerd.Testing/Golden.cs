namespace Linkerd.Testing;

/// <summary>Compares text with a file beside the tests; GOLDEN_UPDATE=1 writes the file instead.</summary>
public static class Golden
{
    /// <summary>Fails, with the first difference, unless <paramref name="actual"/> is the content of the file.</summary>
    /// <param name="project">Name of the test project.</param>
    /// <param name="name">File below its folder <c>golden</c>.</param>
    /// <param name="actual">What the code says now.</param>
    public static void Match(string project, string name, string actual) => MatchFile(Path.Combine("tests", project, "golden", name), actual);

    /// <summary>The same for a file anywhere in the repository, such as a page of the documentation that is generated.</summary>
    /// <param name="name">Path from the root of the repository.</param>
    /// <param name="actual">What the code says now.</param>
    public static void MatchFile(string name, string actual)
    {
        var path = Path.Combine(Repository.Root, name);
        if (Environment.GetEnvironmentVariable("GOLDEN_UPDATE") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, actual);
            return;
        }
        if (!File.Exists(path))
            throw new InvalidOperationException($"{path} does not exist; run with GOLDEN_UPDATE=1 and read the diff");
        var expected = File.ReadAllText(path);
        if (expected != actual)
            throw new InvalidOperationException($"{name}: {FirstDifference(expected, actual)}; if this is meant, run with GOLDEN_UPDATE=1 and read the diff");
    }

    private static string FirstDifference(string expected, string actual)
    {
        var (wanted, got) = (expected.Split('\n'), actual.Split('\n'));
        for (var i = 0; i < Math.Min(wanted.Length, got.Length); i++)
        {
            if (wanted[i] != got[i])
                return $"line {i + 1} is\n  {got[i]}\nand not\n  {wanted[i]}\n";
        }
        return $"{got.Length} lines and not {wanted.Length}";
    }
}
