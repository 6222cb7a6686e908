using System.CommandLine;

namespace Linkerd.Cli.Commands;

/// <summary><c>-o</c> with the formats that a command knows; the first is the default.</summary>
public static class OutputOption
{
    /// <summary>Creates the option.</summary>
    public static Option<string> Of(params string[] formats)
    {
        var option = new Option<string>("--output", "-o")
        {
            Description = $"Output format; one of: {string.Join(", ", formats.Select(f => $"\"{f}\""))}",
            DefaultValueFactory = _ => formats[0],
        };
        option.AcceptOnlyFromAmong(formats);
        return option;
    }
}
