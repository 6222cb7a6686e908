namespace Linkerd.Cli.Commands;

/// <summary>A resource as kubectl takes it: <c>deploy/web</c> or <c>deploy web</c>.</summary>
internal static class ResourceArgument
{
    /// <summary>Kind and name, in lower case and as given.</summary>
    /// <exception cref="CliException">It is neither form; the message shows both.</exception>
    public static (string Kind, string Name) Parse(IReadOnlyList<string> words)
    {
        var parts = words.Count == 1 ? words[0].Split('/', 2) : [.. words];
        return parts is [{ Length: > 0 } kind, { Length: > 0 } name] && !kind.Contains('/', StringComparison.Ordinal)
            ? (kind.ToLowerInvariant(), name)
            : throw new CliException($"'{string.Join(' ', words)}' is not TYPE/NAME; say for example: pod/web-0, deploy/web");
    }
}
