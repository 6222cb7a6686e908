namespace Linkerd.Model;

/// <summary>A host name or address with a port, such as <c>web.emojivoto.svc.cluster.local:80</c>. IPv6 addresses carry no brackets in <see cref="Host"/>.</summary>
/// <param name="Host">Lower-case name without a trailing dot, or an address.</param>
/// <param name="Port">1 to 65535.</param>
public readonly record struct HostPort(string Host, int Port)
{
    /// <summary>Parses <c>host:port</c>, <c>[v6]:port</c>, or <c>host</c> when <paramref name="defaultPort"/> is not 0.</summary>
    public static bool TryParse(string? text, out HostPort result, int defaultPort = 0)
    {
        result = default;
        if (string.IsNullOrEmpty(text)) return false;
        ReadOnlySpan<char> host = text;
        ReadOnlySpan<char> port = default;
        if (host[0] == '[')
        {
            int end = host.IndexOf(']');
            if (end < 0) return false;
            if (end + 1 < host.Length)
            {
                if (host[end + 1] != ':') return false;
                port = host[(end + 2)..];
                if (port.IsEmpty) return false;
            }

            host = host[1..end];
        }
        else if (host.LastIndexOf(':') is var colon and >= 0)
        {
            if (host[..colon].Contains(':')) return false;
            port = host[(colon + 1)..];
            if (port.IsEmpty) return false;
            host = host[..colon];
        }

        int number = defaultPort;
        if (!port.IsEmpty && !int.TryParse(port, System.Globalization.NumberStyles.None, null, out number)) return false;
        if (host.IsEmpty || number is < 1 or > 65535) return false;
        if (host.Length > 1 && host[^1] == '.') host = host[..^1];
        result = new HostPort(host.ToString().ToLowerInvariant(), number);
        return true;
    }

    public override string ToString() => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}
