using System.CommandLine;
using Linkerd.Stats.Query;

namespace Linkerd.Cli.Commands.Viz;

/// <summary><c>-t</c>, the window of statistics.</summary>
internal sealed class Window
{
    /// <summary>The flag.</summary>
    public Option<string> Option { get; } = new("--time-window", "-t") { Description = "Stat window (for example: \"15s\", \"1m\", \"10m\", \"1h\"); at least 15s", DefaultValueFactory = _ => "1m" };

    /// <summary>Its value.</summary>
    /// <exception cref="CliException">It is not a duration.</exception>
    public TimeSpan Of(ParseResult arguments) => PromDuration.Parse(arguments.GetValue(Option)!)
        ?? throw new CliException($"--time-window: '{arguments.GetValue(Option)}' is not a duration, such as 30s or 10m");
}
