using System.Text;
using Linkerd.Http;
using Linkerd.Model;
using Linkerd.Routing;
using Linkerd.Testing;

namespace Linkerd.Proxy.Tests.Route;

/// <summary>The compiled table against the Gateway API's rules, spelled out without regard to speed.</summary>
public sealed class RoutePrecedenceTests
{
    private static readonly string[] s_paths = ["/", "/a", "/a/b", "/a/bc", "/a/b/c", "/b", "/ab"];
    private static readonly string[] s_hosts = ["a.example.org", "b.example.org", "x.b.example.org", "example.org", "other.net"];
    private static readonly string[] s_methods = ["GET", "POST", "PUT"];

    [Fact]
    [Proves("6.9 precedence")]
    public void The_table_finds_what_the_rules_say()
    {
        var random = new Random(42);
        for (int round = 0; round < 200; round++)
        {
            var table = new RouteTable<string>();
            var rules = new List<Rule>();
            for (int i = random.Next(1, 12); i > 0; i--)
            {
                var rule = new Rule([.. Some(random, 2, Host)], [.. Some(random, 3, Match)], $"rule {rules.Count}");
                rules.Add(rule);
                table.Add(rule.Hosts, rule.Matches.Select(static m => new RequestMatcher(m)), rule.Name);
            }

            for (int i = 0; i < 20; i++)
            {
                var request = new Request(Pick(random, s_hosts), Pick(random, s_paths), Pick(random, s_methods), random.Next(3), random.Next(3));
                Assert.Equal(Naive(rules, request), table.Find(request.ToHead()));
            }
        }
    }

    private static string? Naive(List<Rule> rules, Request request)
    {
        (int, int, int, int, int)? best = null;
        string? found = null;
        foreach (Rule rule in rules)
        {
            IEnumerable<int> hosts = rule.Hosts.Count == 0 ? [0] : rule.Hosts.Where(h => Matches(h, request.Host)).Select(static h => h.IsSuffix ? h.Text.Length : 100_000);
            IEnumerable<HttpRouteMatch> matches = rule.Matches.Count == 0 ? [new HttpRouteMatch()] : rule.Matches;
            foreach (int host in hosts)
            {
                foreach (HttpRouteMatch match in matches.Where(m => Matches(m, request)))
                {
                    int path = match.Path switch { null => 0, { Kind: TextMatchKind.Exact } => 100_000, { Kind: TextMatchKind.Regex } => 1, var prefix => 2 + prefix.Text.TrimEnd('/').Length };
                    var rank = (host, path, match.Method is null ? 0 : 1, match.Headers.Count, match.QueryParameters.Count);
                    if (best is not null && rank.CompareTo(best.Value) <= 0) continue;
                    best = rank;
                    found = rule.Name;
                }
            }
        }

        return found;
    }

    private static bool Matches(HostMatch match, string host) => match.IsSuffix ? host.EndsWith("." + match.Text, StringComparison.Ordinal) : host == match.Text;

    private static bool Matches(HttpRouteMatch match, Request request)
    {
        bool path = match.Path switch
        {
            null => true,
            { Kind: TextMatchKind.Exact } exact => request.Path == exact.Text,
            { Kind: TextMatchKind.Prefix } prefix => (request.Path + "/").StartsWith(prefix.Text.TrimEnd('/') + "/", StringComparison.Ordinal),
            var regex => System.Text.RegularExpressions.Regex.IsMatch(request.Path, "^(" + regex.Text + ")$"),
        };
        return path && (match.Method is null || match.Method == request.Method)
            && match.Headers.All(h => int.Parse(h.Name[^1..]) < request.Headers)
            && match.QueryParameters.All(q => int.Parse(q.Name[^1..]) < request.Queries);
    }

    private static HostMatch Host(Random random) => random.Next(2) == 0
        ? new HostMatch(Pick(random, s_hosts), IsSuffix: false)
        : new HostMatch(Pick(random, ["example.org", "b.example.org", "org"]), IsSuffix: true);

    private static HttpRouteMatch Match(Random random) => new()
    {
        Path = random.Next(4) switch
        {
            0 => null,
            1 => new TextMatch(TextMatchKind.Exact, Pick(random, s_paths)),
            2 => new TextMatch(TextMatchKind.Prefix, Pick(random, s_paths) + (random.Next(3) == 0 ? "/" : "")),
            _ => new TextMatch(TextMatchKind.Regex, Pick(random, ["/a.*", "/[ab]", "/a/b(/c)?"])),
        },
        Method = random.Next(2) == 0 ? null : Pick(random, s_methods),
        Headers = [.. Enumerable.Range(0, random.Next(3)).Select(i => new NamedMatch($"x-{i}", new TextMatch(TextMatchKind.Exact, "yes")))],
        QueryParameters = [.. Enumerable.Range(0, random.Next(3)).Select(i => new NamedMatch($"q{i}", new TextMatch(TextMatchKind.Regex, "y.s")))],
    };

    private static T[] Some<T>(Random random, int most, Func<Random, T> make) => Enumerable.Range(0, random.Next(most + 1)).Select(_ => make(random)).ToArray();

    private static string Pick(Random random, string[] from) => from[random.Next(from.Length)];

    private sealed record Rule(IReadOnlyList<HostMatch> Hosts, IReadOnlyList<HttpRouteMatch> Matches, string Name);

    private sealed record Request(string Host, string Path, string Method, int Headers, int Queries)
    {
        public HeaderBlock ToHead()
        {
            var head = new HeaderBlock();
            head.SetMethod(Encoding.ASCII.GetBytes(Method));
            head.SetAuthority(Encoding.ASCII.GetBytes(Host.ToUpperInvariant() + ":8080"));
            string query = string.Join('&', Enumerable.Range(0, Queries).Select(static i => $"q{i}=yes"));
            head.SetPath(Encoding.ASCII.GetBytes(Path + (query.Length > 0 ? "?" + query : "")));
            for (int i = 0; i < Headers; i++) head.Add(Encoding.ASCII.GetBytes($"x-{i}"), "yes"u8);
            return head;
        }
    }
}
