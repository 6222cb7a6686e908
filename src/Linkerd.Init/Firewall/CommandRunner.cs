using System.ComponentModel;
using System.Diagnostics;
using Linkerd.Init.Logging;

namespace Linkerd.Init.Firewall;

/// <summary>Runs a command, in another network namespace where asked, and logs it with what it said.</summary>
internal sealed class CommandRunner(ProxyInitOptions options, InitLog log)
{
    /// <summary>Returns what the command wrote; null when it could not be run or failed. A simulation runs nothing and returns "".</summary>
    public string? Run(string command, IReadOnlyList<string> arguments)
    {
        // The nsenter of busybox needs the dashes.
        string[] line = options.NetNs.Length != 0 ? ["nsenter", $"--net={options.NetNs}", "--", command, .. arguments] : [command, .. arguments];
        log.Info(string.Join(' ', line));
        return options.Simulate ? "" : Execute(line);
    }

    private string? Execute(string[] line)
    {
        // What runs is what was looked for: the lookup covers the sbin folders too.
        var start = new ProcessStartInfo(FirewallTools.PathOf(line[0]) ?? line[0], line[1..])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (options.NetNs.Length != 0)
            start.ArgumentList[2] = FirewallTools.PathOf(line[3]) ?? line[3];
        try
        {
            using var process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Say(output);
            Say(errors.Result);
            if (process.ExitCode == 0)
                return output;
            log.Error($"{string.Join(' ', line)}: exit status {process.ExitCode}: {errors.Result.Trim()}");
        }
        catch (Win32Exception e)
        {
            log.Error($"cannot run {line[0]}: {e.Message}");
        }
        return null;
    }

    private void Say(string text)
    {
        if (text.Length != 0)
            log.Info(text.TrimEnd('\n'));
    }
}
