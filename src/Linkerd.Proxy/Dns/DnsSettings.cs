using System.Globalization;
using Linkerd.Model;
using Linkerd.Net;

namespace Linkerd.Proxy.Dns;

/// <summary>Whom to ask and how, as resolv.conf(5) says.</summary>
public sealed record DnsSettings
{
    private const int MaxServers = 3, MaxSearch = 32, MaxLines = 1000;

    /// <summary>Asked in this order. Default 127.0.0.1:53.</summary>
    public IReadOnlyList<SocketAddress> Servers { get; init; } = [SocketAddress.Parse("127.0.0.1:53")];

    /// <summary>Domains that are appended to names that are not full.</summary>
    public IReadOnlyList<string> Search { get; init; } = [];

    /// <summary>Names with at least so many dots are tried as they are first. Default 1; 0 to 15.</summary>
    public int Ndots { get; init; } = 1;

    /// <summary>How long one server may take for an answer. Default 5 s; 1 to 30 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often all servers are asked. Default 2; 1 to 5.</summary>
    public int Attempts { get; init; } = 2;

    /// <summary>Reads the text of a resolv.conf. What is not understood is passed over, as resolvers do.</summary>
    public static DnsSettings Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var settings = new DnsSettings();
        var servers = new List<SocketAddress>();
        foreach (string line in text.Split('\n').Take(MaxLines))
        {
            string[] words = line.Split('#', ';')[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length < 2) continue;
            switch (words[0])
            {
                case "nameserver" when servers.Count < MaxServers && SocketAddress.TryParseIp(words[1], 53, out SocketAddress server):
                    servers.Add(server);
                    break;
                case "domain" or "search":
                    settings = settings with { Search = [.. words.Skip(1).Select(static d => d.Trim('.').ToLowerInvariant()).Where(static d => d.Length > 0).Take(MaxSearch)] };
                    break;
                case "options":
                    foreach (string option in words.Skip(1)) settings = settings.With(option);
                    break;
            }
        }

        return servers.Count == 0 ? settings : settings with { Servers = servers };
    }

    /// <summary>The full names that a name may stand for, in the order in which they are tried.</summary>
    public IReadOnlyList<string> Candidates(string name, bool isFull)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (isFull) return [name];
        var searched = Search.Select(domain => $"{name}.{domain}");
        return name.Count(static c => c == '.') >= Ndots ? [name, .. searched] : [.. searched, name];
    }

    private static int Number(string option) => int.TryParse(option.AsSpan(option.IndexOf(':', StringComparison.Ordinal) + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : -1;

    private DnsSettings With(string option)
    {
        int value = Number(option);
        if (value < 0) return this;
        if (option.StartsWith("ndots:", StringComparison.Ordinal)) return this with { Ndots = Math.Min(value, 15) };
        if (option.StartsWith("timeout:", StringComparison.Ordinal)) return this with { Timeout = TimeSpan.FromSeconds(Math.Clamp(value, 1, 30)) };
        if (option.StartsWith("attempts:", StringComparison.Ordinal)) return this with { Attempts = Math.Clamp(value, 1, 5) };
        return this;
    }
}
