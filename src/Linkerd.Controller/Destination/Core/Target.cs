using System.Globalization;
using System.Net;

namespace Linkerd.Controller.Destination.Core;

/// <summary>What a proxy asks about: an address or a name, with a port.</summary>
/// <param name="Ip">The address, or null for a name.</param>
/// <param name="Host">The name as it was written.</param>
/// <param name="Port">1 to 65535.</param>
public sealed record Target(IPAddress? Ip, string Host, int Port)
{
    private const int DefaultPort = 80;

    /// <summary>Longest path that is looked at: a DNS name and a port.</summary>
    private const int MaxLength = 262;

    /// <summary>Parses <c>host[:port]</c>, <c>ip[:port]</c> or <c>[ipv6]:port</c>; the port is 80 when absent.</summary>
    /// <returns>Null when the text is none of these.</returns>
    public static Target? Parse(string path)
    {
        if (path.Length is 0 or > MaxLength)
            return null;
        var (host, port) = Split(path);
        if (host.Length == 0 || PortOf(port) is not { } number)
            return null;
        if (IPAddress.TryParse(host, out var ip) && (ip.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 || host.Count(static c => c == '.') == 3))
            return new Target(ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4() : ip, host, number);
        return host.Contains(':') ? null : new Target(null, host, number);
    }

    private static (string Host, string? Port) Split(string path)
    {
        if (path[0] == '[')
        {
            var close = path.IndexOf(']', StringComparison.Ordinal);
            if (close < 0)
                return ("", null);
            var rest = path[(close + 1)..];
            return rest.Length == 0 ? (path[1..close], null) : rest[0] == ':' ? (path[1..close], rest[1..]) : ("", null);
        }

        var colon = path.LastIndexOf(':');
        return colon < 0 ? (path, null) : (path[..colon], path[(colon + 1)..]);
    }

    private static int? PortOf(string? text)
    {
        if (text is null)
            return DefaultPort;
        return ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port > 0 ? port : null;
    }
}
