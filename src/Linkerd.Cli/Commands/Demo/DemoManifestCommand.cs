using System.CommandLine;

namespace Linkerd.Cli.Commands.Demo;

/// <summary><c>linkerd demo manifest</c>: the manifest of a demo application, for <c>kubectl apply -f -</c>.</summary>
public sealed class DemoManifestCommand : CliCommand
{
    private readonly Argument<string> _name = new("APPLICATION") { Description = "emojivoto or booksapp" };
    private readonly Option<string?> _registry = new("--registry") { Description = "Registry to pull the demo's image from" };

    /// <summary>Creates the command.</summary>
    public DemoManifestCommand(ITerminal terminal)
        : base("manifest", "Output the manifest of a demo application\n\n  linkerd demo manifest emojivoto | linkerd inject - | kubectl apply -f -\n  kubectl create ns booksapp && linkerd demo manifest booksapp | linkerd inject - | kubectl -n booksapp apply -f -", terminal)
    {
        _name.AcceptOnlyFromAmong("emojivoto", "booksapp");
        Arguments.Add(_name);
        Options.Add(_registry);
    }

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var text = DemoManifests.Read(arguments.GetValue(_name)!);
        if (arguments.GetValue(_registry) is { Length: > 0 } registry)
            text = text.Replace(DemoManifests.DefaultRegistry, registry.TrimEnd('/'), StringComparison.Ordinal);
        await Terminal.Out.WriteAsync(text);
        return ExitCodes.Success;
    }
}
