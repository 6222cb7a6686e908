using System.CommandLine;
using System.ComponentModel;
using System.Diagnostics;

namespace Linkerd.Cli.Extensions;

/// <summary><c>linkerd foo</c> runs <c>linkerd-foo</c> of the PATH where there is no command foo of our own.</summary>
internal static class PluginCommand
{
    /// <summary>What extensions are called: this, then the name of the command.</summary>
    public const string Prefix = "linkerd-";

    /// <summary>Runs the plugin that the arguments ask for; null when they are a command of ours.</summary>
    /// <param name="root">Our commands.</param>
    /// <param name="arguments">The command line, without the program.</param>
    /// <param name="terminal">Where an unknown command is complained about.</param>
    /// <param name="path">Folders to look in, as in PATH.</param>
    public static async Task<int?> TryRunAsync(RootCommand root, IReadOnlyList<string> arguments, ITerminal terminal, string path)
    {
        var at = NameIndex(root, arguments);
        if (at < 0)
            return null;
        var name = arguments[at];
        // Flags before the name are the plugin's as well: it takes --context and the like.
        string[] others = [.. arguments.Skip(at + 1), .. arguments.Take(at)];
        if (Executables.Find(path, Prefix + name) is { } file)
            return await RunAsync(file, others, terminal);
        await terminal.Error.WriteLineAsync(Unknown(root, name));
        return ExitCodes.Failure;
    }

    /// <summary>Where the name of a command stands that is none of ours; -1 when there is none.</summary>
    private static int NameIndex(RootCommand root, IReadOnlyList<string> arguments)
    {
        for (var i = 0; i < arguments.Count; i++)
        {
            var word = arguments[i];
            if (!word.StartsWith('-'))
                return root.Subcommands.Any(c => c.Name == word || c.Aliases.Contains(word)) || word.StartsWith('[') || !IsName(word) ? -1 : i;
            var flag = root.Options.FirstOrDefault(o => o.Name == word || o.Aliases.Contains(word));
            if (flag is null && word is not ("-n" or "--namespace"))
                return -1;
            if (flag is null || flag.Arity.MinimumNumberOfValues > 0)
                i++;
        }

        return -1;
    }

    private static bool IsName(string word) => word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    private static async Task<int> RunAsync(string file, IEnumerable<string> arguments, ITerminal terminal)
    {
        try
        {
            // Standard streams are inherited: a plugin may be interactive.
            using var process = Process.Start(new ProcessStartInfo(file, arguments) { UseShellExecute = false })!;
            await process.WaitForExitAsync();
            return process.ExitCode;
        }
        catch (Win32Exception e)
        {
            await terminal.Error.WriteLineAsync($"{file} cannot be run: {e.Message}");
            return ExitCodes.Failure;
        }
    }

    private static string Unknown(RootCommand root, string name)
    {
        var text = $"Error: unknown command \"{name}\" for \"linkerd\"\n";
        var near = root.Subcommands.Where(c => !c.Hidden && EditDistance.Between(name, c.Name) <= 2).Select(c => c.Name).Order(StringComparer.Ordinal).ToList();
        if (near.Count > 0)
            text += $"Did you mean: {string.Join(", ", near.Select(n => "linkerd " + n))}?\n";
        return text + name switch
        {
            "jaeger" => "The jaeger extension does not exist any more: proxies send spans to any OpenTelemetry collector.\nSet proxy.tracing.enabled=true and proxy.tracing.collector.endpoint with linkerd upgrade --set (docs/features/distributed-tracing.md).",
            "smi" => "The SMI extension is an executable of its own: put linkerd-smi into a folder of PATH.\nTo split traffic without it, give the backends of an HTTPRoute weights (docs/features/traffic-split.md).",
            _ => $"linkerd --help lists the commands. An extension is an executable {Prefix}{name} in a folder of PATH; there is none.",
        };
    }
}
