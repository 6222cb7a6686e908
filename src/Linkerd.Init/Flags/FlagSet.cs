using System.Globalization;
using System.Text;
using Linkerd.Model;

namespace Linkerd.Init.Flags;

/// <summary>
/// Parses flags as the programs that these replace did: <c>--flag v</c>, <c>--flag=v</c>, <c>-f v</c>, <c>-f=v</c>,
/// <c>-fv</c>, switches, and <c>--</c> before what is not a flag.
/// </summary>
internal sealed class FlagSet(string program, string summary)
{
    /// <summary>None of these programs waits longer for anything.</summary>
    private static readonly TimeSpan LongestDuration = TimeSpan.FromDays(1);

    private readonly List<Flag> _flags = [];

    public FlagSet Text(string name, char letter, string help, Action<string> set) => With(new Flag(name, letter, false, help, set));

    public FlagSet Switch(string name, char letter, string help, Action<bool> set) => With(new Flag(name, letter, true, help, text =>
        set(IsTrue(text) ?? throw new FlagException("must be true or false"))));

    /// <summary>A switch's value, as a flag or a variable gives it; null when it is neither true nor false.</summary>
    public static bool? IsTrue(string text) => text switch
    {
        "" or "1" or "t" or "T" or "true" or "TRUE" or "True" => true,
        "0" or "f" or "F" or "false" or "FALSE" or "False" => false,
        _ => null,
    };

    public FlagSet Number(string name, char letter, string help, Action<int> set) => With(new Flag(name, letter, false, help, text =>
        set(int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : throw new FlagException("must be a number"))));

    /// <summary>A comma-separated list; given again, it grows.</summary>
    public FlagSet List(string name, char letter, string help, Action<string> add) => With(new Flag(name, letter, false, help, text =>
    {
        foreach (var item in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            add(item);
    }));

    /// <summary>A duration of at most a day, such as 10s, 500ms, 1m30s or 1d.</summary>
    public FlagSet Duration(string name, char letter, string help, Action<TimeSpan> set) => With(new Flag(name, letter, false, help, text =>
        set((UnitDuration.TryParse(text, out var value) || GoDuration.TryParse(text, out value)) && value >= TimeSpan.Zero && value <= LongestDuration
            ? value
            : throw new FlagException("must be a duration of at most a day, such as 10s or 1m30s"))));

    /// <summary>Returns what follows the flags.</summary>
    /// <exception cref="FlagException">A flag is unknown, or its value is missing or wrong.</exception>
    public string[] Parse(string[] args)
    {
        for (var i = 0; i < args.Length; i++)
        {
            var arg = args[i];
            if (arg == "--")
                return args[(i + 1)..];
            if (!arg.StartsWith('-') || arg == "-")
                return args[i..];
            var (flag, value) = Split(arg);
            if (value is null && !flag.IsSwitch)
                value = ++i < args.Length ? args[i] : throw new FlagException($"flag needs an argument: {arg}");
            try
            {
                flag.Set(value ?? "");
            }
            catch (FlagException e)
            {
                throw new FlagException($"invalid argument \"{value}\" for \"--{flag.Name}\" flag: {e.Message}");
            }
        }
        return [];
    }

    public string Help()
    {
        var text = new StringBuilder().Append(summary).Append("\n\nUsage:\n  ").Append(program).Append(" [flags]\n\nFlags:\n");
        foreach (var flag in _flags)
            text.Append(flag.Short == '\0' ? "      " : $"  -{flag.Short}, ").Append("--").Append(flag.Name.PadRight(28)).Append(flag.Help).Append('\n');
        return text.ToString();
    }

    private FlagSet With(Flag flag)
    {
        _flags.Add(flag);
        return this;
    }

    private (Flag Flag, string? Value) Split(string arg)
    {
        if (arg.StartsWith("--", StringComparison.Ordinal))
        {
            var equals = arg.IndexOf('=');
            var name = equals < 0 ? arg[2..] : arg[2..equals];
            var flag = _flags.Find(f => f.Name == name) ?? throw new FlagException($"unknown flag: --{name}");
            return (flag, equals < 0 ? null : arg[(equals + 1)..]);
        }
        var shorthand = _flags.Find(f => f.Short == arg[1]) ?? throw new FlagException($"unknown shorthand flag: '{arg[1]}' in {arg}");
        if (arg.Length == 2)
            return (shorthand, null);
        return (shorthand, arg[2] == '=' ? arg[3..] : arg[2..]);
    }
}
