namespace Linkerd.Cli;

/// <summary>The process's own streams.</summary>
public sealed class SystemTerminal : ITerminal
{
    /// <inheritdoc/>
    public TextReader In => Console.In;

    /// <inheritdoc/>
    public TextWriter Out => Console.Out;

    /// <inheritdoc/>
    public TextWriter Error => Console.Error;

    /// <inheritdoc/>
    public bool Colour { get; } = !Console.IsOutputRedirected
        && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
        && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb");

    /// <inheritdoc/>
    public bool InputIsInteractive => !Console.IsInputRedirected;

    /// <inheritdoc/>
    public string SearchPath => Environment.GetEnvironmentVariable("PATH") ?? "";
}
