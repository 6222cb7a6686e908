using System.Diagnostics;

namespace Linkerd.Init.Tests;

/// <summary>Runs a command to its end.</summary>
internal static class Shell
{
    public static string Run(params string[] line)
    {
        var (code, output) = Try(line);
        return code == 0 ? output : throw new InvalidOperationException($"{string.Join(' ', line)} ended with {code}: {output}");
    }

    public static (int Code, string Output) Try(params string[] line)
    {
        using var process = Start(line);
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.GetAwaiter().GetResult());
    }

    public static Process Start(params string[] line) => Process.Start(new ProcessStartInfo(line[0], line[1..])
    {
        UseShellExecute = false,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        RedirectStandardInput = true,
    })!;
}
