using System.Globalization;
using System.Net;
using System.Text;
using GoDuration = Linkerd.Model.GoDuration;

namespace Linkerd.Components;

/// <summary>
/// Flags as Linkerd's controllers take them: one dash or two, <c>-x=v</c> or <c>-x v</c>, switches without a value. Reading a
/// value that cannot be parsed throws a <see cref="UsageException"/> naming flag, value and fix.
/// </summary>
internal sealed class FlagSet
{
    private readonly Dictionary<string, Flag> _flags = [];
    private readonly List<Flag> _order = [];

    /// <summary>Declares a flag with a value.</summary>
    public void Add(string name, string defaultValue, string help) => Add(new Flag(name, defaultValue, help, isSwitch: false));

    /// <summary>Declares a switch.</summary>
    public void AddSwitch(string name, bool defaultValue, string help) => Add(new Flag(name, defaultValue ? "true" : "false", help, isSwitch: true));

    /// <summary>Reads arguments; all faults are reported together.</summary>
    public void Parse(IReadOnlyList<string> args)
    {
        var faults = new List<string>();
        for (var i = 0; i < args.Count; i++)
        {
            var arg = args[i];
            var name = arg.TrimStart('-');
            var equals = name.IndexOf('=', StringComparison.Ordinal);
            var value = equals >= 0 ? name[(equals + 1)..] : null;
            name = equals >= 0 ? name[..equals] : name;
            if (!arg.StartsWith('-') || arg.Length - arg.TrimStart('-').Length > 2 || name.Length == 0)
                faults.Add($"\"{arg}\" is not a flag: flags begin with - or --");
            else if (!_flags.TryGetValue(name, out var flag))
                faults.Add($"unknown flag --{name}; --help lists the flags");
            else if (value is null && !flag.IsSwitch && i + 1 == args.Count)
                faults.Add($"--{name} needs a value");
            else
            {
                flag.Value = value ?? (flag.IsSwitch ? "true" : args[++i]);
                flag.IsSet = true;
            }
        }

        if (faults.Count > 0)
            throw new UsageException(string.Join('\n', faults));
    }

    /// <summary>Whether the user gave the flag.</summary>
    public bool IsSet(string name) => _flags[name].IsSet;

    public string Text(string name) => _flags[name].Value;

    /// <summary>A text that must not be empty.</summary>
    public string Required(string name) =>
        Text(name) is { Length: > 0 } text ? text : throw new UsageException($"--{name} must not be empty");

    public bool Switch(string name) => Text(name) switch
    {
        "true" or "TRUE" or "True" or "1" or "t" or "T" => true,
        "false" or "FALSE" or "False" or "0" or "f" or "F" => false,
        var other => throw Fault(name, other, "true or false"),
    };

    public int Integer(string name, int min, int max) =>
        int.TryParse(Text(name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max
            ? value
            : throw Fault(name, Text(name), $"a number of {min} to {max}");

    /// <summary>A duration with units, for example <c>24h0m0s</c>, <c>20s</c>, <c>250ms</c>.</summary>
    public TimeSpan Duration(string name) =>
        GoDuration.TryParse(Text(name), out var value) && value >= TimeSpan.Zero ? value : throw Fault(name, Text(name), "a duration such as 24h, 10m, 20s or 250ms");

    /// <summary>An address to listen on: <c>:8086</c> (any address), <c>127.0.0.1:8086</c>, <c>[::1]:8086</c>; port 0 takes a free one.</summary>
    public IPEndPoint Listen(string name)
    {
        var text = Text(name);
        if (text.StartsWith(':') && ushort.TryParse(text.AsSpan(1), out var port))
            return new IPEndPoint(System.Net.Sockets.Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any, port);
        return text.Contains(':') && IPEndPoint.TryParse(text, out var address) ? address : throw Fault(name, text, "an address such as :8086 or 127.0.0.1:8086");
    }

    /// <summary>A comma-separated list without empty entries.</summary>
    public IReadOnlyList<string> List(string name) => Text(name).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>Ports and ranges.</summary>
    public PortSet Ports(string name) => PortSet.Parse(Text(name), invalid: entry => throw Fault(name, entry, "ports and ranges such as 25,587,3000-4000"));

    /// <summary>The fault of a flag's value, for values that only the component can judge.</summary>
    public static UsageException Fault(string name, string value, string expected) => new($"--{name}={value}: use {expected}");

    /// <summary>All flags with their defaults.</summary>
    public string Help()
    {
        var text = new StringBuilder();
        foreach (var flag in _order)
        {
            text.Append(CultureInfo.InvariantCulture, $"  --{flag.Name}{(flag.IsSwitch ? "" : "=VALUE")}\n      {flag.Help}");
            if (flag.Default.Length > 0)
                text.Append(CultureInfo.InvariantCulture, $" (default {flag.Default})");
            text.Append('\n');
        }

        return text.ToString();
    }

    private void Add(Flag flag)
    {
        _flags.Add(flag.Name, flag);
        _order.Add(flag);
    }
}
