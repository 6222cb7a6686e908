using System.Diagnostics;

namespace Linkerd.Proxy.FunctionalTests.Kit;

/// <summary>Runs commands to their end, bounded in time.</summary>
internal static class Shell
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    public static string Run(params string[] line)
    {
        var (code, output) = TryAsync(line).GetAwaiter().GetResult();
        return code == 0 ? output : throw new InvalidOperationException($"{string.Join(' ', line)} ended with {code}: {output}");
    }

    public static async Task<string> RunAsync(params string[] line)
    {
        var (code, output) = await TryAsync(line);
        return code == 0 ? output : throw new InvalidOperationException($"{string.Join(' ', line)} ended with {code}: {output}");
    }

    /// <summary>Exit code and what was written, errors last.</summary>
    public static async Task<(int Code, string Output)> TryAsync(params string[] line)
    {
        using var process = Start(line);
        using var deadline = new CancellationTokenSource(s_patience);
        try
        {
            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEndAsync(deadline.Token);
            var errors = process.StandardError.ReadToEndAsync(deadline.Token);
            await process.WaitForExitAsync(deadline.Token);
            return (process.ExitCode, await output + await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{string.Join(' ', line)} took longer than {s_patience.TotalSeconds} s");
        }
    }

    public static Process Start(params string[] line) => Process.Start(new ProcessStartInfo(line[0], line[1..])
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        RedirectStandardInput = true,
    }) ?? throw new InvalidOperationException($"{line[0]} did not start");
}
