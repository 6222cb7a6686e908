namespace Linkerd.Cli.Commands.Local;

/// <summary>A terminal that keeps what a command prints.</summary>
internal sealed class CapturedTerminal(StringWriter output) : ITerminal
{
    public TextReader In => TextReader.Null;

    public TextWriter Out => output;

    public TextWriter Error => TextWriter.Null;

    public bool Colour => false;

    public bool InputIsInteractive => false;

    public string SearchPath => "";
}
