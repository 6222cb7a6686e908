using System.CommandLine;
using Linkerd.Cli.Manifests;
using Linkerd.Inject.Transforms;

namespace Linkerd.Cli.Commands.Inject;

/// <summary><c>linkerd uninject</c>: takes workloads out of the mesh.</summary>
public sealed class UninjectCommand : CliCommand
{
    private readonly Argument<string> _file = new("CONFIG-FILE") { Description = "File, folder, URL, or - for standard input" };
    private readonly Option<string> _output = OutputOption.Of("yaml", "json");

    /// <summary>Creates the command.</summary>
    public UninjectCommand(ITerminal terminal)
        : base("uninject", "Remove the Linkerd proxy from a Kubernetes config", terminal)
    {
        Arguments.Add(_file);
        Options.Add(_output);
    }

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var input = await ManifestReader.ReadAsync(arguments.GetValue(_file)!, Terminal, cancellationToken);
        return await TransformOutput.WriteAsync(UninjectTransform.Run(input, arguments.GetValue(_output) == "json" ? OutputFormat.Json : OutputFormat.Yaml), Terminal);
    }
}
