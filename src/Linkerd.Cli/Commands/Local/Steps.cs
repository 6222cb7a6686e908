using System.Diagnostics;
using System.Globalization;

namespace Linkerd.Cli.Commands.Local;

/// <summary>Shows what has been done so far, a line each with the seconds since the start.</summary>
internal sealed class Steps(ITerminal terminal)
{
    private readonly long _begin = Stopwatch.GetTimestamp();

    /// <summary>Says that something is done.</summary>
    public void Done(string text)
    {
        var seconds = Stopwatch.GetElapsedTime(_begin).TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
        var mark = terminal.Colour ? "\e[32m√\e[0m" : "√";
        terminal.Error.WriteLine($"{mark} {text} ({seconds} s)");
    }
}
