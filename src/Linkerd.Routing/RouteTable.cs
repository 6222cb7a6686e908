using Linkerd.Http;
using Linkerd.Model;

namespace Linkerd.Routing;

/// <summary>
/// Rules with their matches, compiled; of the rules that match a request the most specific wins, the earlier one among equals. Specific is, in
/// this order: the host that matched (exact, then the longest suffix), the path (exact, longest prefix, regular expression), a method, the
/// number of headers, the number of query parameters. Rows lie in that order, so the first that matches is the answer.
/// </summary>
/// <typeparam name="T">What a rule leads to.</typeparam>
public sealed class RouteTable<T>
    where T : class
{
    private readonly List<Row> _rows = [];

    /// <summary>Rows: one for each host and match of each rule.</summary>
    public int Count => _rows.Count;

    /// <summary>Adds a rule. No hosts and no matches mean everything.</summary>
    public void Add(IReadOnlyList<HostMatch> hosts, IEnumerable<RequestMatcher> matches, T value)
    {
        ArgumentNullException.ThrowIfNull(hosts);
        RequestMatcher[] list = [.. matches];
        if (list.Length == 0) list = [RequestMatcher.Everything];
        foreach (RequestMatcher matcher in list)
        {
            if (hosts.Count == 0) Insert(new Row(null, matcher, value));
            foreach (HostMatch host in hosts) Insert(new Row(new HostMatcher(host), matcher, value));
        }
    }

    /// <summary>What the request leads to; null when no rule matches.</summary>
    public T? Find(HeaderBlock head) => Find(head, out _);

    /// <summary>What the request leads to, and the match by which; null when no rule matches.</summary>
    public T? Find(HeaderBlock head, out RequestMatcher? matched)
    {
        ArgumentNullException.ThrowIfNull(head);
        foreach (Row row in _rows)
        {
            if (row.Host is { } host && !host.IsMatch(head.Authority)) continue;
            if (!row.Matcher.IsMatch(head)) continue;
            matched = row.Matcher;
            return row.Value;
        }

        matched = null;
        return null;
    }

    private void Insert(Row row)
    {
        int index = _rows.Count;
        while (index > 0 && _rows[index - 1].Rank.CompareTo(row.Rank) < 0) index--;
        _rows.Insert(index, row);
    }

    private sealed class Row(HostMatcher? host, RequestMatcher matcher, T value)
    {
        public HostMatcher? Host => host;

        public RequestMatcher Matcher => matcher;

        public T Value => value;

        public (int Host, (int Path, int Method, int Headers, int Query) Match) Rank { get; } = (host?.Specificity ?? 0, matcher.Specificity);
    }
}
