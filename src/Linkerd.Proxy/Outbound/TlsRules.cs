using System.Text;
using Linkerd.Model;
using Linkerd.Routing;

namespace Linkerd.Proxy.Outbound;

/// <summary>TLS routes by server name, most specific first: exact, then the longest suffix, then those for all names; the earlier among equals.</summary>
internal sealed class TlsRules
{
    private readonly List<(HostMatcher? Name, TcpRule Rule)> _rows = [];

    /// <summary>Adds a route. No names mean all.</summary>
    public void Add(IReadOnlyList<HostMatch> names, TcpRule rule)
    {
        if (names.Count == 0) Insert(null, rule);
        foreach (HostMatch name in names) Insert(new HostMatcher(name), rule);
    }

    /// <summary>The route of a server name; null when there is none.</summary>
    public TcpRule? Find(string serverName)
    {
        byte[] name = Encoding.ASCII.GetBytes(serverName);
        foreach ((HostMatcher? matcher, TcpRule rule) in _rows)
        {
            if (matcher is null || matcher.IsMatch(name)) return rule;
        }

        return null;
    }

    private void Insert(HostMatcher? name, TcpRule rule)
    {
        int rank = name?.Specificity ?? 0;
        int index = _rows.Count;
        while (index > 0 && (_rows[index - 1].Name?.Specificity ?? 0) < rank) index--;
        _rows.Insert(index, (name, rule));
    }
}
