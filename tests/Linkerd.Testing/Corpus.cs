namespace Linkerd.Testing;

/// <summary>Seeds for fuzzing, in <c>tests/corpus</c>: one folder per target, one file per input.</summary>
public static class Corpus
{
    /// <summary>Every input of a target, in a fixed order.</summary>
    public static IReadOnlyList<byte[]> Load(string target)
    {
        string folder = Path.Combine(Repository.Root, "tests", "corpus", target);
        return [.. Directory.GetFiles(folder).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];
    }

    /// <summary>Every input of a target with its file's name.</summary>
    public static IReadOnlyList<(string Name, byte[] Input)> Named(string target)
    {
        string folder = Path.Combine(Repository.Root, "tests", "corpus", target);
        return [.. Directory.GetFiles(folder).Order(StringComparer.Ordinal).Select(file => (Path.GetFileNameWithoutExtension(file), File.ReadAllBytes(file)))];
    }
}
