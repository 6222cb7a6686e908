using System.Text;
using Linkerd.Http;
using Linkerd.Model;
using Linkerd.Routing;
using Linkerd.Testing;

namespace Linkerd.Proxy.Tests.Route;

public sealed class RouteTableTests
{
    private static HeaderBlock Request(string path, string method = "GET", string authority = "web:80", params (string, string)[] headers)
    {
        var head = new HeaderBlock();
        head.SetMethod(Encoding.ASCII.GetBytes(method));
        head.SetPath(Encoding.ASCII.GetBytes(path));
        head.SetAuthority(Encoding.ASCII.GetBytes(authority));
        foreach ((string name, string value) in headers) head.Add(Encoding.ASCII.GetBytes(name), Encoding.ASCII.GetBytes(value));
        return head;
    }

    private static RequestMatcher Path(TextMatchKind kind, string text) => new(new HttpRouteMatch { Path = new TextMatch(kind, text) });

    [Theory]
    [InlineData("/a", true)]
    [InlineData("/a/b", true)]
    [InlineData("/a?q=1", true)]
    [InlineData("/ab", false)]
    [InlineData("/", false)]
    public void A_prefix_matches_whole_segments(string path, bool expected) => Assert.Equal(expected, Path(TextMatchKind.Prefix, "/a").IsMatch(Request(path)));

    [Fact]
    public void A_regular_expression_matches_the_whole_path()
    {
        RequestMatcher matcher = Path(TextMatchKind.Regex, "/v[0-9]+/users");
        Assert.True(matcher.IsMatch(Request("/v12/users")));
        Assert.False(matcher.IsMatch(Request("/v12/users/1")));
    }

    [Fact]
    public void A_regular_expression_cannot_be_kept_from_matching_by_what_it_is_given()
    {
        // By trial and error both would run for days, and be given up.
        Assert.False(Path(TextMatchKind.Regex, "/(a+)+").IsMatch(Request("/" + new string('a', 60) + "!")));
        Assert.True(Path(TextMatchKind.Regex, "/(x+x+)+y|/x+z").IsMatch(Request("/" + new string('x', 60) + "z")));
    }

    [Theory]
    [InlineData(@"/(a)\1")]
    [InlineData("/(?=a).*")]
    [InlineData("/(")]
    public void A_regular_expression_outside_the_dialect_is_refused(string pattern) => Assert.ThrowsAny<ArgumentException>(() => Path(TextMatchKind.Regex, pattern));

    [Fact]
    [Proves("6.9 precedence")]
    public void The_most_specific_rule_wins_whatever_the_order()
    {
        var table = new RouteTable<string>();
        table.Add([], [Path(TextMatchKind.Prefix, "/")], "root");
        table.Add([], [Path(TextMatchKind.Regex, "/a.*")], "regex");
        table.Add([], [Path(TextMatchKind.Prefix, "/a")], "prefix");
        table.Add([], [Path(TextMatchKind.Exact, "/a/b")], "exact");
        table.Add([], [new RequestMatcher(new HttpRouteMatch { Path = new TextMatch(TextMatchKind.Prefix, "/a"), Method = "PUT" })], "method");
        Assert.Equal("exact", table.Find(Request("/a/b")));
        Assert.Equal("prefix", table.Find(Request("/a/c")));
        Assert.Equal("method", table.Find(Request("/a/c", "PUT")));
        Assert.Equal("root", table.Find(Request("/z")));
    }

    [Fact]
    public void Hosts_are_exact_or_a_suffix()
    {
        var table = new RouteTable<string>();
        table.Add([new HostMatch("example.org", IsSuffix: true)], [], "suffix");
        table.Add([new HostMatch("www.example.org", IsSuffix: false)], [], "exact");
        Assert.Equal("exact", table.Find(Request("/", authority: "www.example.org:80")));
        Assert.Equal("suffix", table.Find(Request("/", authority: "x.example.org")));
        Assert.Null(table.Find(Request("/", authority: "example.org")));
    }

    [Fact]
    public void Headers_and_query_parameters_must_all_match()
    {
        var matcher = new RequestMatcher(new HttpRouteMatch
        {
            Headers = [new NamedMatch("x-team", new TextMatch(TextMatchKind.Exact, "red"))],
            QueryParameters = [new NamedMatch("v", new TextMatch(TextMatchKind.Regex, "[12]"))],
        });
        Assert.True(matcher.IsMatch(Request("/?a=b&v=2", headers: ("x-team", "red"))));
        Assert.False(matcher.IsMatch(Request("/?v=3", headers: ("x-team", "red"))));
        Assert.False(matcher.IsMatch(Request("/?v=2")));
    }

    [Fact]
    public void A_grpc_match_is_a_path()
    {
        Assert.True(new RequestMatcher(new GrpcRouteMatch { Service = "a.B", Method = "C" }).IsMatch(Request("/a.B/C", "POST")));
        Assert.True(new RequestMatcher(new GrpcRouteMatch { Service = "a.B" }).IsMatch(Request("/a.B/D", "POST")));
        Assert.False(new RequestMatcher(new GrpcRouteMatch { Service = "a.B" }).IsMatch(Request("/a.BX/D", "POST")));
        Assert.True(new RequestMatcher(new GrpcRouteMatch { Method = "C" }).IsMatch(Request("/any.S/C", "POST")));
    }
}
