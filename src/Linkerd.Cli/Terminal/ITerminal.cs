namespace Linkerd.Cli;

/// <summary>Where a command reads and writes. Results go to <see cref="Out"/>, everything said about them to <see cref="Error"/>.</summary>
public interface ITerminal
{
    /// <summary>Standard input.</summary>
    TextReader In { get; }

    /// <summary>Standard output: results only, so that it can be piped.</summary>
    TextWriter Out { get; }

    /// <summary>Standard error: progress, reports, errors.</summary>
    TextWriter Error { get; }

    /// <summary>Whether <see cref="Out"/> is a terminal that shows colour; NO_COLOR turns it off.</summary>
    bool Colour { get; }

    /// <summary>Whether <see cref="In"/> is a terminal, so that reading from it would wait for a person.</summary>
    bool InputIsInteractive { get; }

    /// <summary>The folders in which extensions are looked for, as in $PATH.</summary>
    string SearchPath { get; }
}
