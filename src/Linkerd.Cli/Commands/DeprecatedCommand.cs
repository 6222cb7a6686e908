using System.CommandLine;

namespace Linkerd.Cli.Commands;

/// <summary>A command that stood at the root once and is a command of viz now: it says so, and does it.</summary>
public sealed class DeprecatedCommand : Command
{
    private readonly RootCommand _root;

    private DeprecatedCommand(RootCommand root, string name, string use, ITerminal terminal)
        : base(name, $"Use 'linkerd viz {name}'")
    {
        _root = root;
        Hidden = true;
        TreatUnmatchedTokensAsErrors = false;
        // So that a namespace before the command is moved behind it.
        Options.Add(new Option<string?>("--namespace", "-n") { Hidden = true });
        SetAction(async (arguments, cancellationToken) =>
        {
            await terminal.Error.WriteLineAsync($"Command \"{name}\" is deprecated, use instead 'linkerd viz {use}'");
            return await Now(arguments).InvokeAsync(new InvocationConfiguration { Output = terminal.Out, Error = terminal.Error }, cancellationToken);
        });
    }

    /// <summary>Adds all of them.</summary>
    public static void AddTo(RootCommand root, ITerminal terminal)
    {
        foreach (var (name, use) in ((string, string)[])
            [("dashboard", "dashboard [flags]"), ("edges", "edges [flags] (RESOURCES)"), ("routes", "routes [flags] (RESOURCES)"), ("stat", "stat [flags] (RESOURCES)"), ("tap", "tap [flags] (RESOURCE)"), ("top", "top [flags] (RESOURCE)")])
            root.Subcommands.Add(new DeprecatedCommand(root, name, use, terminal));
    }

    /// <summary>The same line with <c>viz</c> before the name.</summary>
    private ParseResult Now(ParseResult arguments)
    {
        var words = arguments.Tokens.Select(t => t.Value).ToList();
        words.Insert(words.IndexOf(Name), "viz");
        return _root.Parse(LeadingNamespace.Move(_root, words));
    }
}
