using System.CommandLine;

namespace Linkerd.Cli;

/// <summary>
/// <c>linkerd -n emojivoto viz stat deploy</c> and <c>linkerd viz -n emojivoto stat deploy</c> mean <c>linkerd viz stat deploy -n emojivoto</c>:
/// a namespace before the last command word is moved behind it.
/// </summary>
public static class LeadingNamespace
{
    private static readonly string[] Names = ["-n", "--namespace"];

    /// <summary>The arguments as the command tree reads them; unchanged where the command takes no namespace.</summary>
    public static string[] Move(RootCommand root, IReadOnlyList<string> arguments)
    {
        Command command = root;
        List<string> words = [], moved = [];
        var early = false;
        var i = 0;
        // What stands behind the last command word is where it belongs.
        while (i < arguments.Count && command.Subcommands.Count != 0)
        {
            var word = arguments[i];
            if (Names.Contains(word) && i + 1 < arguments.Count)
            {
                moved.AddRange([word, arguments[i + 1]]);
                i += 2;
                continue;
            }

            if (word.StartsWith('-'))
            {
                if (word.StartsWith("--namespace=", StringComparison.Ordinal))
                    moved.Add(word);
                else
                    words.Add(word);
            }
            else if (command.Subcommands.FirstOrDefault(c => c.Name == word || c.Aliases.Contains(word)) is { } sub)
            {
                command = sub;
                early = moved.Count != 0;
                words.Add(word);
            }
            else if (words is [.., var last] && last.StartsWith('-'))
            {
                // The value of another flag that stands before the command.
                words.Add(word);
            }
            else
            {
                break;
            }

            i++;
        }

        return early && command.Options.Any(o => o.Name == "--namespace") ? [.. words, .. moved, .. arguments.Skip(i)] : [.. arguments];
    }
}
