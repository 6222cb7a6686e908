namespace Linkerd.Cli.Extensions;

/// <summary>Executable files in the folders of a PATH.</summary>
internal static class Executables
{
    private const UnixFileMode Execute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>The first file of this name that can be run; null when there is none.</summary>
    public static string? Find(string path, string name) =>
        Folders(path).Select(f => Path.Combine(f, name)).FirstOrDefault(IsExecutable);

    /// <summary>Every file whose name begins with <paramref name="prefix"/>; of two that share a name the first counts.</summary>
    public static IReadOnlyDictionary<string, string> WithPrefix(string path, string prefix)
    {
        var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in Folders(path).Where(Directory.Exists).SelectMany(f => Directory.EnumerateFiles(f, prefix + "*").Order(StringComparer.Ordinal)))
        {
            if (IsExecutable(file))
                found.TryAdd(Path.GetFileName(file), file);
        }

        return found;
    }

    private static string[] Folders(string path) => path.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);

    private static bool IsExecutable(string file) => File.Exists(file) && (OperatingSystem.IsWindows() || (File.GetUnixFileMode(file) & Execute) != 0);
}
