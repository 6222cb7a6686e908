using System.CommandLine;

namespace Linkerd.Cli.Commands;

/// <summary><c>linkerd completion bash|zsh|fish</c>: a script that asks the CLI itself for what may follow.</summary>
public sealed class CompletionCommand : CliCommand
{
    private const string Bash = """
        # bash completion for linkerd; load it with: source <(linkerd completion bash)
        _linkerd() {
            local line="${COMP_LINE:0:COMP_POINT}" candidate
            COMPREPLY=()
            while IFS= read -r candidate; do
                [[ $candidate == "${COMP_WORDS[COMP_CWORD]}"* ]] && COMPREPLY+=("$candidate")
            done < <(linkerd "[suggest:$COMP_POINT]" "$line" 2>/dev/null)
        }
        complete -o default -F _linkerd linkerd

        """;

    private const string Zsh = """
        #compdef linkerd
        # zsh completion for linkerd; load it with: source <(linkerd completion zsh)
        _linkerd() {
            local -a candidates
            candidates=("${(@f)$(linkerd "[suggest:$CURSOR]" "$BUFFER" 2>/dev/null)}")
            compadd -a candidates
        }
        compdef _linkerd linkerd

        """;

    private const string Fish = """
        # fish completion for linkerd; load it with: linkerd completion fish | source
        complete -c linkerd -f -a '(set -l line (commandline -cp); linkerd "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null)'

        """;

    private readonly Argument<string> _shell = new("shell") { Description = "bash, zsh or fish" };

    /// <summary>Creates the command.</summary>
    public CompletionCommand(ITerminal terminal)
        : base("completion", "Output shell completion code for the specified shell (bash, zsh or fish)", terminal)
    {
        _shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        Arguments.Add(_shell);
    }

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        await Terminal.Out.WriteAsync(arguments.GetValue(_shell) switch { "bash" => Bash, "zsh" => Zsh, _ => Fish });
        return ExitCodes.Success;
    }
}
