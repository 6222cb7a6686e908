using System.Collections.Concurrent;
using System.Diagnostics;

namespace Linkerd.Local.Runtime;

/// <summary>Runs the system's tools (iproute2, iptables, util-linux) and finds them.</summary>
internal static class Tool
{
    private static readonly string[] Folders = ["/usr/sbin", "/sbin", "/usr/bin", "/bin", "/usr/local/sbin", "/usr/local/bin"];
    private static readonly ConcurrentDictionary<string, string> Found = new();

    /// <summary>The path of a tool.</summary>
    /// <exception cref="ToolException">It is not installed.</exception>
    public static string Path(string name) => Found.GetOrAdd(name, static n => TryFind(n)
        ?? throw new ToolException($"{n} is not installed; it comes with the packages iproute2, iptables, util-linux and uidmap"));

    /// <summary>Whether a tool is installed.</summary>
    public static bool Exists(string name) => TryFind(name) is not null;

    /// <summary>Runs a tool to its end and returns what it printed.</summary>
    /// <exception cref="ToolException">It answered another code than 0; the message has what it wrote to stderr.</exception>
    public static async Task<string> RunAsync(string tool, IEnumerable<string> arguments, string? input = null, CancellationToken cancel = default)
    {
        var (code, output, error) = await TryRunAsync(tool, arguments, input, cancel);
        return code == 0 ? output : throw new ToolException($"{tool} failed ({code}): {(error.Length != 0 ? error : output).Trim()}");
    }

    /// <summary>Runs a tool to its end, whatever it answers.</summary>
    public static async Task<(int Code, string Output, string Error)> TryRunAsync(
        string tool, IEnumerable<string> arguments, string? input = null, CancellationToken cancel = default)
    {
        var start = new ProcessStartInfo(Path(tool)) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start) ?? throw new ToolException($"{tool} could not be started");
        var output = process.StandardOutput.ReadToEndAsync(cancel);
        var error = process.StandardError.ReadToEndAsync(cancel);
        try
        {
            if (input is not null)
                await process.StandardInput.WriteAsync(input.AsMemory(), cancel);
            process.StandardInput.Close();
            await process.WaitForExitAsync(cancel);
            return (process.ExitCode, await output, await error);
        }
        catch (IOException)
        {
            // The tool closed its input early: its exit code says why.
            await process.WaitForExitAsync(cancel);
            return (process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    private static string? TryFind(string name) =>
        Folders.Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries))
            .Select(folder => System.IO.Path.Combine(folder, name))
            .FirstOrDefault(File.Exists);
}
