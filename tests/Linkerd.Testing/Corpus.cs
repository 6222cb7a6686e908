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

    /// <summary>Keeps an input that was mistreated; the file's path from the root of the repository.</summary>
    public static string Add(string target, byte[] input)
    {
        ArgumentNullException.ThrowIfNull(input);
        string path = Path.Combine("tests", "corpus", target, $"found-{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(input))[..12]}.bin");
        File.WriteAllBytes(Path.Combine(Repository.Root, path), input);
        return path;
    }
}
