using System.CommandLine;

namespace Linkerd.Cli.Commands.Demo;

/// <summary><c>linkerd demo openapi</c>: the API of a service of booksapp, for <c>linkerd profile --open-api -</c>.</summary>
public sealed class DemoOpenApiCommand : CliCommand
{
    private readonly Argument<string> _service = new("SERVICE") { Description = "webapp, authors or books" };

    /// <summary>Creates the command.</summary>
    public DemoOpenApiCommand(ITerminal terminal)
        : base("openapi", "Output the OpenAPI document of a service of booksapp\n\n  linkerd demo openapi authors | linkerd -n booksapp profile --open-api - authors | kubectl -n booksapp apply -f -", terminal)
    {
        _service.AcceptOnlyFromAmong("webapp", "authors", "books");
        Arguments.Add(_service);
    }

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        await Terminal.Out.WriteAsync(DemoManifests.OpenApi(arguments.GetValue(_service)!));
        return ExitCodes.Success;
    }
}
