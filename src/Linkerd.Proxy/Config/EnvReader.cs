using System.Globalization;
using System.Net;
using Linkerd.Model;
using Linkerd.Net;

namespace Linkerd.Proxy.Config;

/// <summary>Reads variables by name without their prefix, and keeps every fault. An empty value counts as unset.</summary>
internal sealed class EnvReader(Func<string, string?> variables)
{
    public const string Prefix = "LINKERD2_PROXY_";

    public List<string> Faults { get; } = [];

    public List<string> Warnings { get; } = [];

    public string? Text(string name)
    {
        string? value = variables(Prefix + name);
        return string.IsNullOrEmpty(value) ? null : value;
    }

    /// <summary>A variable whose name has no prefix.</summary>
    public string? Plain(string name) => variables(name) is { Length: > 0 } value ? value : null;

    public string Required(string name)
    {
        if (Text(name) is { } value) return value;
        Faults.Add($"{Prefix}{name} must be set");
        return string.Empty;
    }

    public TimeSpan Duration(string name, TimeSpan fallback) => OptionalDuration(name) ?? fallback;

    public TimeSpan Duration(string name, TimeSpan fallback, TimeSpan min, TimeSpan max)
    {
        TimeSpan value = Duration(name, fallback);
        if (value >= min && value <= max) return value;
        Fault(name, Text(name)!, $"a duration from {min} to {max}");
        return fallback;
    }

    public TimeSpan? OptionalDuration(string name)
    {
        if (Text(name) is not { } text) return null;
        if (UnitDuration.TryParse(text, out TimeSpan value)) return value;
        Fault(name, text, "a duration such as 100ms, 10s or 5m");
        return null;
    }

    public SocketAddress Address(string name, string fallback)
    {
        string text = Text(name) ?? fallback;
        if (SocketAddress.TryParse(text, out SocketAddress address)) return address;
        Fault(name, text, "an address with a port, such as 0.0.0.0:4143 or [::]:4143");
        return SocketAddress.Parse(fallback);
    }

    public IReadOnlyList<SocketAddress>? Addresses(string name)
    {
        if (Text(name) is not { } text) return null;
        var list = new List<SocketAddress>();
        foreach (string part in Parts(text))
        {
            if (SocketAddress.TryParse(part, out SocketAddress address)) list.Add(address);
            else Fault(name, part, "addresses with ports, separated by commas");
        }

        if (list.Count > 0) return list;
        Fault(name, text, "at least one address with a port");
        return null;
    }

    public ControlConfig? Control(string name)
    {
        string address = Required(name + "_ADDR");
        if (address.Length == 0) return null;
        if (!HostPort.TryParse(address, out HostPort target))
        {
            Fault(name + "_ADDR", address, "host:port");
            return null;
        }

        // Control-plane pods reach the container beside them on localhost, in clear text, whatever name is given.
        PeerIdentity? peer = target.Host != "localhost" && Text(name + "_NAME") is { } identity ? PeerIdentity.Parse(identity) : null;
        return new ControlConfig(target, peer, address.Contains(".:", StringComparison.Ordinal));
    }

    public int Int(string name, int fallback, int min = 0, int max = int.MaxValue) => OptionalInt(name, min, max) ?? fallback;

    public int? OptionalInt(string name, int min = 0, int max = int.MaxValue)
    {
        if (Text(name) is not { } text) return null;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= min && value <= max) return value;
        Fault(name, text, $"a whole number from {min} to {max}");
        return null;
    }

    public double Ratio(string name, double fallback)
    {
        if (Text(name) is not { } text) return fallback;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value is >= 0 and <= 100) return value;
        Fault(name, text, "a ratio, such as 0.1");
        return fallback;
    }

    public bool Flag(string name)
    {
        if (Text(name) is not { } text) return false;
        switch (text.ToLowerInvariant())
        {
            case "true" or "1" or "yes" or "on": return true;
            case "false" or "0" or "no" or "off": return false;
            default:
                Fault(name, text, "true or false");
                return false;
        }
    }

    public PortSet Ports(string name)
    {
        if (Text(name) is not { } text) return PortSet.Empty;
        if (PortSet.TryParse(text, out PortSet set)) return set;
        Fault(name, text, "ports and ranges separated by commas, such as 25,587,9000-9010");
        return PortSet.Empty;
    }

    public IReadOnlyList<IPNetwork>? Networks(string name)
    {
        if (Text(name) is not { } text) return null;
        var list = new List<IPNetwork>();
        foreach (string part in Parts(text))
        {
            if (TryNetwork(part, out IPNetwork network)) list.Add(network);
            else Fault(name, part, "networks such as 10.0.0.0/8, separated by commas");
        }

        return list;
    }

    public IReadOnlyList<IPAddress> Ips(string name)
    {
        var list = new List<IPAddress>();
        foreach (string part in Parts(Text(name) ?? string.Empty))
        {
            if (IPAddress.TryParse(part, out IPAddress? address)) list.Add(address);
            else Fault(name, part, "IP addresses separated by commas");
        }

        return list;
    }

    public IReadOnlyList<string> Names(string name, string fallback) => [.. Parts(Text(name) ?? fallback).Select(static n => n.Trim('.').ToLowerInvariant())];

    public ExponentialBackoff Backoff(string prefix, TimeSpan min, TimeSpan max, double jitter)
    {
        TimeSpan low = Duration(prefix + "_EXP_BACKOFF_MIN", min);
        TimeSpan high = Duration(prefix + "_EXP_BACKOFF_MAX", max);
        double spread = Ratio(prefix + "_EXP_BACKOFF_JITTER", jitter);
        if (low > TimeSpan.Zero && low <= high) return new ExponentialBackoff(low, high, spread);
        Faults.Add($"{Prefix}{prefix}_EXP_BACKOFF_MIN ({low}) must be greater than zero and not above {prefix}_EXP_BACKOFF_MAX ({high})");
        return new ExponentialBackoff(min, max, jitter);
    }

    public void Fault(string name, string value, string expected)
    {
        string fault = $"{Prefix}{name}='{value}': expected {expected}";
        if (!Faults.Contains(fault)) Faults.Add(fault);
    }

    private static bool TryNetwork(string text, out IPNetwork network)
    {
        network = default;
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        if (!IPAddress.TryParse(slash < 0 ? text : text[..slash], out IPAddress? address)) return false;
        int bits = address.GetAddressBytes().Length * 8;
        int length = bits;
        if (slash >= 0 && (!int.TryParse(text[(slash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out length) || length > bits)) return false;
        // Host bits are cleared, as the mesh's other tools do, rather than refused.
        byte[] bytes = address.GetAddressBytes();
        for (int i = 0; i < bytes.Length; i++)
        {
            int kept = Math.Clamp(length - (i * 8), 0, 8);
            bytes[i] &= (byte)(0xff << (8 - kept));
        }

        network = new IPNetwork(new IPAddress(bytes), length);
        return true;
    }

    private static string[] Parts(string text) => text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
