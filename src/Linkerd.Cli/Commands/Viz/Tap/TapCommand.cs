using System.CommandLine;

namespace Linkerd.Cli.Commands.Viz.Tap;

/// <summary><c>linkerd viz tap</c>: live requests, one line each for request, response and end.</summary>
internal sealed class TapCommand : CliCommand
{
    private const string JsonPath = "jsonpath=";

    private readonly TapFilters _filters = new();
    private readonly Option<string> _output = new("--output", "-o") { Description = "Output format. One of: \"\", \"wide\", \"json\", \"jsonpath=TEMPLATE\"", DefaultValueFactory = _ => "" };

    public TapCommand(ITerminal terminal)
        : base("tap", "Listen to a traffic stream\n\n  linkerd viz tap deploy/web -n emojivoto --path /api/vote", terminal)
    {
        _filters.AddTo(this);
        Options.Add(_output);
    }

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var format = arguments.GetValue(_output)!;
        var template = format.StartsWith(JsonPath, StringComparison.Ordinal) ? new JsonPathTemplate(format[JsonPath.Length..]) : null;
        if (template is null && format is not ("" or "wide" or "json"))
            throw new CliException($"output format \"{format}\" not recognized; use \"wide\", \"json\" or \"jsonpath=TEMPLATE\"");
        using var client = GlobalOptions.Connect(arguments);
        var request = _filters.Request(arguments, client.Config.Namespace, headers: format == "json" || template is not null);
        await foreach (var tap in TapClient.RunAsync(client, request, cancellationToken))
        {
            var text = template is not null ? TapJson.Of(tap) is { } json ? template.Render(json) : null
                : format == "json" ? TapJson.Of(tap) is { } whole ? VizText.Text(whole) : null
                : TapText.Line(tap, format == "wide");
            if (text is null)
                continue;
            await Terminal.Out.WriteLineAsync(text.AsMemory(), cancellationToken);
            await Terminal.Out.FlushAsync(cancellationToken);
        }

        return ExitCodes.Success;
    }
}
