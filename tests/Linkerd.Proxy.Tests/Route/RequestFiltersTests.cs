using System.Text;
using Linkerd.Http;
using Linkerd.Model;
using Linkerd.Proxy.Errors;
using Linkerd.Proxy.Route;
using Linkerd.Routing;
using Linkerd.Testing;

namespace Linkerd.Proxy.Tests.Route;

public sealed class RequestFiltersTests
{
    [Fact]
    public void Headers_are_added_then_set_then_removed()
    {
        RequestFilters filters = RequestFilters.Compile([new RouteFilter.RequestHeaders(new HeaderChanges(
            [KeyValuePair.Create("X-Add", "2")], [KeyValuePair.Create("x-set", "new")], ["X-Remove"]))]);
        HeaderBlock head = Request("/");
        head.Add("x-add"u8, "1"u8);
        head.Add("x-set"u8, "old"u8);
        head.Add("x-set"u8, "older"u8);
        head.Add("x-remove"u8, "1"u8);

        Assert.True(filters.TryPass(head, null, out _));
        Assert.Equal("x-add: 1, x-add: 2, x-set: new", Fields(head));
    }

    [Fact]
    public void A_host_that_is_set_replaces_the_authority()
    {
        RequestFilters filters = RequestFilters.Compile([new RouteFilter.RequestHeaders(new HeaderChanges([], [KeyValuePair.Create("Host", "other.example")], []))]);
        HeaderBlock head = Request("/");

        Assert.True(filters.TryPass(head, null, out _));
        Assert.Equal("other.example", Encoding.ASCII.GetString(head.Authority));
        Assert.Equal(string.Empty, Fields(head));
    }

    [Theory]
    [InlineData("x-evil", "1\r\nx-injected: 1")]
    [InlineData("x-evil", " 1")]
    [InlineData("x evil", "1")]
    [InlineData("", "1")]
    [InlineData("Transfer-Encoding", "chunked")]
    [InlineData("content-length", "7")]
    [InlineData("connection", "close")]
    public void What_would_break_a_message_is_passed_over(string name, string value)
    {
        RequestFilters filters = RequestFilters.Compile([new RouteFilter.RequestHeaders(new HeaderChanges([KeyValuePair.Create(name, value)], [KeyValuePair.Create(name, value), KeyValuePair.Create("x-kept", "1")], ["content-length"]))]);
        HeaderBlock head = Request("/");
        head.SetContentLength(5);

        Assert.True(filters.TryPass(head, null, out _));
        Assert.Equal("content-length: 5, x-kept: 1", Fields(head));
        Assert.Equal(5, head.ContentLength);
    }

    [Fact]
    public void Response_headers_are_left_to_the_response()
    {
        RequestFilters filters = RequestFilters.Compile([new RouteFilter.ResponseHeaders(new HeaderChanges([KeyValuePair.Create("x-served", "yes")], [], ["server"]))]);
        HeaderBlock request = Request("/");
        var response = new HeaderBlock { Status = 200 };
        response.Add("server"u8, "nginx"u8);

        Assert.True(filters.TryPass(request, null, out _));
        filters.OnResponse(response);

        Assert.True(filters.ChangesResponses);
        Assert.Equal(string.Empty, Fields(request));
        Assert.Equal("x-served: yes", Fields(response));
        Assert.False(RequestFilters.None.ChangesResponses);
    }

    [Fact]
    [Proves("6.8 http failure")]
    public void An_http_failure_is_answered_with_its_status()
    {
        Assert.False(RequestFilters.Compile([new RouteFilter.HttpFailure(418, "teapot", null)]).TryPass(Request("/"), null, out ProxyError answer));
        ErrorAnswer wire = ErrorTable.Of(in answer);
        Assert.Equal((418, 9, "HTTP request configured to fail with 418: teapot"), (wire.Status, wire.GrpcCode, answer.Message));
    }

    [Fact]
    [Proves("6.8 grpc failure")]
    public void A_grpc_failure_is_answered_with_200_and_its_code()
    {
        Assert.False(RequestFilters.Compile([new RouteFilter.GrpcFailure(14, "away", null)]).TryPass(Request("/"), null, out ProxyError answer));
        ErrorAnswer wire = ErrorTable.Of(in answer);
        Assert.Equal((200, 14), (wire.Status, wire.GrpcCode));
    }

    [Theory]
    [InlineData(0u, 1u, 0, 0)]
    [InlineData(1u, 1u, 10_000, 10_000)]
    [InlineData(3u, 10u, 2_700, 3_300)]
    public void A_ratio_is_kept(uint numerator, uint denominator, int least, int most)
    {
        // 3,000 of 10,000 with a deviation of 46: six of them either way are never seen.
        RequestFilters filters = RequestFilters.Compile([new RouteFilter.HttpFailure(500, "x", new FailureRatio(numerator, denominator))]);
        HeaderBlock head = Request("/");
        int failed = 0;
        for (int i = 0; i < 10_000; i++)
        {
            if (!filters.TryPass(head, null, out _)) failed++;
        }

        Assert.InRange(failed, least, most);
    }

    [Theory]
    [InlineData(null, null, null, null, "http://web.example:8080/a/b?c=d", false)]
    [InlineData("https", null, null, null, "https://web.example:8080/a/b?c=d", true)]
    [InlineData(null, "other.example", null, null, "http://other.example:8080/a/b?c=d", true)]
    [InlineData(null, "other.example", 81, null, "http://other.example:81/a/b?c=d", true)]
    [InlineData(null, null, 80, null, "http://web.example/a/b?c=d", true)]
    [InlineData("https", null, 443, null, "https://web.example/a/b?c=d", true)]
    [InlineData(null, null, null, "/new", "http://web.example:8080/new", true)]
    [InlineData(null, null, 8080, null, "http://web.example:8080/a/b?c=d", false)]
    [Proves("6.8 redirect")]
    public void A_redirect_replaces_what_it_names(string? scheme, string? host, int? port, string? path, string location, bool redirected)
    {
        RequestFilters filters = RequestFilters.Compile([new RouteFilter.Redirect(scheme, host, path is null ? null : new TextMatch(TextMatchKind.Exact, path), port, null)]);
        HeaderBlock head = Request("/a/b?c=d");
        head.SetAuthority("web.example:8080"u8);

        Assert.Equal(!redirected, filters.TryPass(head, null, out ProxyError answer));
        if (redirected) Assert.Equal((location, 301), (ErrorTable.Of(in answer).Location, ErrorTable.Of(in answer).Status));
    }

    [Theory]
    [InlineData("/a", "/x", "/a/b?c=d", "/x/b?c=d")]
    [InlineData("/a/", "/x", "/a/b", "/x/b")]
    [InlineData("/a", "/x/", "/a/b", "/x/b")]
    [InlineData("/a", "/", "/a/b", "/b")]
    [InlineData("/a", "/x", "/a", "/x")]
    [InlineData("/a", "/x", "/a?q=1", "/x?q=1")]
    [InlineData("/", "/x", "/a", "/x/a")]
    public void A_redirect_replaces_the_prefix_that_matched(string prefix, string replacement, string target, string path)
    {
        var table = new RouteTable<string>();
        table.Add([], [new RequestMatcher(new HttpRouteMatch { Path = new TextMatch(TextMatchKind.Prefix, prefix) })], "rule");
        HeaderBlock head = Request(target);
        Assert.Equal("rule", table.Find(head, out RequestMatcher? matched));
        RequestFilters filters = RequestFilters.Compile([new RouteFilter.Redirect(null, null, new TextMatch(TextMatchKind.Prefix, replacement), null, 307)]);

        Assert.False(filters.TryPass(head, matched, out ProxyError answer));
        Assert.Equal(("http://web.example" + path, 307), (ErrorTable.Of(in answer).Location, ErrorTable.Of(in answer).Status));
    }

    [Fact]
    public void A_redirect_adds_no_header_of_its_own()
    {
        RequestFilters filters = RequestFilters.Compile([new RouteFilter.Redirect(null, null, new TextMatch(TextMatchKind.Exact, "/a\r\nset-cookie: x"), null, null)]);
        Assert.False(filters.TryPass(Request("/a"), null, out ProxyError answer));
        Assert.Equal((ProxyErrorKind.InvalidPolicy, null), (answer.Kind, ErrorTable.Of(in answer).Location));
    }

    [Fact]
    public void A_prefix_cannot_be_replaced_where_none_matched()
    {
        RequestFilters filters = RequestFilters.Compile([new RouteFilter.Redirect(null, null, new TextMatch(TextMatchKind.Prefix, "/x"), null, null)]);
        Assert.False(filters.TryPass(Request("/a"), new RequestMatcher(new HttpRouteMatch { Path = new TextMatch(TextMatchKind.Exact, "/a") }), out ProxyError answer));
        Assert.Equal(500, ErrorTable.Of(in answer).Status);
    }

    [Fact]
    public void The_first_answer_ends_the_filters()
    {
        RequestFilters filters = RequestFilters.Compile(
        [
            new RouteFilter.Invalid("no such backend"),
            new RouteFilter.RequestHeaders(new HeaderChanges([KeyValuePair.Create("x-late", "1")], [], [])),
        ]);
        HeaderBlock head = Request("/");
        Assert.False(filters.TryPass(head, null, out ProxyError answer));
        Assert.Equal(ProxyErrorKind.InvalidPolicy, answer.Kind);
        Assert.Contains("no such backend", answer.Message, StringComparison.Ordinal);
        Assert.Equal(string.Empty, Fields(head));
    }

    private static HeaderBlock Request(string target)
    {
        var head = new HeaderBlock();
        head.SetMethod(RequestMethod.Get);
        head.SetScheme("http"u8);
        head.SetAuthority("web.example"u8);
        head.SetPath(Encoding.ASCII.GetBytes(target));
        return head;
    }

    private static string Fields(HeaderBlock head)
    {
        var fields = new List<string>();
        for (int i = 0; i < head.Count; i++) fields.Add($"{Encoding.ASCII.GetString(head[i].Name)}: {Encoding.ASCII.GetString(head[i].Value)}");
        return string.Join(", ", fields);
    }
}
