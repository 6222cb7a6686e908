namespace Linkerd.Cli.Tests;

/// <summary>Runs the real command tree with streams of its own.</summary>
internal sealed class CliRunner : ITerminal
{
    private readonly StringWriter _out = new();
    private readonly StringWriter _error = new();

    public TextReader In { get; init; } = new StringReader("");

    public TextWriter Out => _out;

    public TextWriter Error => _error;

    public bool Colour => false;

    public bool InputIsInteractive => false;

    public static async Task<(int Code, string Out, string Error)> RunAsync(string input, params string[] arguments)
    {
        var terminal = new CliRunner { In = new StringReader(input) };
        var root = LinkerdCommand.Create(terminal);
        var result = root.Parse(LeadingNamespace.Move(root, arguments));
        var code = await result.InvokeAsync(new System.CommandLine.InvocationConfiguration { Output = terminal.Out, Error = terminal.Error }, TestContext.Current.CancellationToken);
        return (code, terminal._out.ToString(), terminal._error.ToString());
    }
}
