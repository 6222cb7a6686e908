using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.Text;
using Linkerd.Cli.Extensions;

namespace Linkerd.Cli;

/// <summary>
/// What is said of a command line that cannot be understood. It goes to standard error and is short: the whole help on standard
/// output would go on to kubectl in <c>linkerd install --typo | kubectl apply -f -</c>.
/// </summary>
internal static class UsageFault
{
    private const int Near = 2;

    /// <summary>Null when there is no fault, or only that a group of commands was named without one of them: then its help is the answer.</summary>
    public static string? TextOf(ParseResult parsed)
    {
        if (parsed.Action is not ParseErrorAction)
            return null;
        var command = parsed.CommandResult.Command;
        if (command.Subcommands.Count > 0 && parsed.UnmatchedTokens.Count == 0)
            return null;
        var text = new StringBuilder();
        foreach (var error in parsed.Errors.Where(e => parsed.UnmatchedTokens.Count == 0 || e.SymbolResult is null || !IsOfGroup(e)))
            text.Append("Error: ").Append(error.Message).Append('\n');
        foreach (var near in parsed.UnmatchedTokens.SelectMany(word => NamesNear(command, word)).Distinct().Order(StringComparer.Ordinal))
            text.Append("Did you mean ").Append(near).Append("?\n");
        return text.Append("For help: ").Append(PathOf(parsed.CommandResult)).Append(" --help\n").ToString();
    }

    // That a command is missing follows from the word that is none.
    private static bool IsOfGroup(ParseError error) => error.SymbolResult is CommandResult { Command.Subcommands.Count: > 0 };

    private static IEnumerable<string> NamesNear(Command command, string word) =>
        command.Subcommands.Where(static c => !c.Hidden).Select(static c => c.Name)
            .Concat(command.Options.Where(static o => !o.Hidden).Select(static o => o.Name))
            .Where(name => EditDistance.Between(word.Split('=')[0], name) <= Near);

    private static string PathOf(CommandResult command)
    {
        var names = new Stack<string>();
        for (SymbolResult? at = command; at is CommandResult named; at = named.Parent)
            names.Push(named.Command is RootCommand ? "linkerd" : named.Command.Name);
        return string.Join(' ', names);
    }
}
