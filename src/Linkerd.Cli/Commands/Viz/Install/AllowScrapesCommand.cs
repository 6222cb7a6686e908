using System.CommandLine;
using Linkerd.Cli.Commands.Install;

namespace Linkerd.Cli.Commands.Viz.Install;

/// <summary><c>linkerd viz allow-scrapes</c>: policies by which the extension may scrape a namespace that denies by default.</summary>
internal sealed class AllowScrapesCommand : CliCommand
{
    private const string Help = """
        Output Kubernetes resources to authorize Prometheus scrapes

        For a namespace or cluster with config.linkerd.io/default-inbound-policy: deny:
          linkerd viz allow-scrapes --namespace emojivoto | kubectl apply -f -
        """;

    private readonly Option<string> _namespace = new("--namespace", "-n", "--target-namespace") { Description = "The namespace in which to authorize Prometheus scrapes", Required = true };
    private readonly Option<string> _output = OutputOption.Of("yaml", "json");

    public AllowScrapesCommand(ITerminal terminal)
        : base("allow-scrapes", Help, terminal)
    {
        Options.Add(_namespace);
        Options.Add(_output);
    }

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var viz = arguments.GetValue(VizOptions.Namespace) ?? VizExtension.DefaultNamespace;
        await ManifestWriter.WriteAsync(ScrapePolicies.Of(arguments.GetValue(_namespace)!, viz), arguments.GetValue(_output)!, Terminal);
        return ExitCodes.Success;
    }
}
