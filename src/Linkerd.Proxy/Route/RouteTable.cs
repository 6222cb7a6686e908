using System.Text;
using Linkerd.Http;
using Linkerd.Model;

namespace Linkerd.Proxy.Route;

/// <summary>Rules with their matches, compiled; of the rules that match a request the most specific wins, the earlier one among equals.</summary>
/// <typeparam name="T">What a rule leads to.</typeparam>
public sealed class RouteTable<T>
    where T : class
{
    private readonly List<Row> _rows = [];

    /// <summary>Adds a rule. No hosts and no matches mean everything.</summary>
    public void Add(IReadOnlyList<HostMatch> hosts, IEnumerable<RequestMatcher> matches, T value)
    {
        RequestMatcher[] list = [.. matches];
        if (list.Length == 0) list = [new RequestMatcher(new HttpRouteMatch())];
        foreach (RequestMatcher matcher in list) _rows.Add(new Row(hosts, matcher, value));
    }

    /// <summary>What the request leads to; null when no rule matches.</summary>
    public T? Find(HeaderBlock head) => Find(head, out _);

    /// <summary>What the request leads to, and the match by which; null when no rule matches.</summary>
    public T? Find(HeaderBlock head, out RequestMatcher? matched)
    {
        Row? best = null;
        foreach (Row row in _rows)
        {
            if (!row.IsMatch(head)) continue;
            if (best is null || row.Rank.CompareTo(best.Rank) > 0) best = row;
        }

        matched = best?.Matcher;
        return best?.Value;
    }

    private sealed class Row
    {
        private readonly IReadOnlyList<HostMatch> _hosts;

        public Row(IReadOnlyList<HostMatch> hosts, RequestMatcher matcher, T value)
        {
            _hosts = hosts;
            Matcher = matcher;
            Value = value;
            (int path, int method, int headers, int query) = matcher.Specificity;
            int host = hosts.Count == 0 ? 0 : hosts.Max(static h => (h.IsSuffix ? 0 : 1 << 10) + h.Text.Length);
            Rank = (host, path, method, headers, query);
        }

        public (int Host, int Path, int Method, int Headers, int Query) Rank { get; }

        public RequestMatcher Matcher { get; }

        public T Value { get; }

        public bool IsMatch(HeaderBlock head) => HostMatches(head.Authority) && Matcher.IsMatch(head);

        private bool HostMatches(ReadOnlySpan<byte> authority)
        {
            if (_hosts.Count == 0) return true;
            int colon = authority.LastIndexOf((byte)':');
            if (colon >= 0 && authority[colon..].IndexOf((byte)']') < 0) authority = authority[..colon];
            if (authority.Length > 256) return false;
            Span<char> text = stackalloc char[256];
            text = text[..Encoding.ASCII.GetChars(authority, text)];
            foreach (HostMatch host in _hosts)
            {
                if (host.IsMatch(text)) return true;
            }

            return false;
        }
    }
}
