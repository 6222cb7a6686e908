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

    public string SearchPath { get; init; } = "";

    public static Task<(int Code, string Out, string Error)> RunAsync(string input, params string[] arguments) => RunInAsync("", input, arguments);

    /// <summary>Runs it with a PATH of its own, in which extensions may lie.</summary>
    public static async Task<(int Code, string Out, string Error)> RunInAsync(string path, string input, params string[] arguments)
    {
        var terminal = new CliRunner { In = new StringReader(input), SearchPath = path };
        var code = await LinkerdCommand.RunAsync(terminal, arguments, TestContext.Current.CancellationToken);
        return (code, terminal._out.ToString(), terminal._error.ToString());
    }
}
