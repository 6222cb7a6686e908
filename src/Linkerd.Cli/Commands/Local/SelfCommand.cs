namespace Linkerd.Cli.Commands.Local;

/// <summary>How this program is run again as another process.</summary>
internal static class SelfCommand
{
    /// <summary>The words for <paramref name="arguments"/>.</summary>
    public static IReadOnlyList<string> With(params string[] arguments)
    {
        var program = Environment.ProcessPath ?? throw new CliException("this program does not know its own path");
        // A build tree's program is a library that the dotnet host runs.
        return Path.GetFileName(program) == "dotnet"
            ? [program, Path.Combine(AppContext.BaseDirectory, "linkerd.dll"), .. arguments]
            : [program, .. arguments];
    }
}
