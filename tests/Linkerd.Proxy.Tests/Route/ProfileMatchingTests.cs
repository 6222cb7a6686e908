using System.Text;
using Linkerd.Http;
using Linkerd.Model;
using Linkerd.Proxy.Route;
using Linkerd.Routing;
using Linkerd.Testing;

namespace Linkerd.Proxy.Tests.Route;

public sealed class ProfileMatchingTests
{
    [Theory]
    [InlineData("GET", "/books/12", true)]
    [InlineData("GET", "/books/12?full=1", true)]
    [InlineData("GET", "/books/12/edit", false)]
    [InlineData("POST", "/books/12", false)]
    [InlineData("DELETE", "/authors", false)]
    [InlineData("HEAD", "/authors", true)]
    public void Conditions_nest(string method, string path, bool expected)
    {
        RequestCondition condition = RequestCondition.Compile(new RequestMatch.Any([
            new RequestMatch.All([new RequestMatch.Method("GET"), new RequestMatch.Path("/books/[^/]*")]),
            new RequestMatch.All([new RequestMatch.Path("/authors"), new RequestMatch.Not(new RequestMatch.Method("DELETE"))]),
        ]));
        var head = new HeaderBlock();
        head.SetMethod(Encoding.ASCII.GetBytes(method));
        head.SetPath(Encoding.ASCII.GetBytes(path));
        Assert.Equal(expected, condition.IsMatch(head));
    }

    [Fact]
    [Proves("6.12 classes")]
    public void The_first_class_that_matches_says_whether_a_status_is_a_failure()
    {
        ResponseClasses classes = ResponseClasses.Compile([
            new ResponseClass(new ResponseMatch.Status(404, 404), IsFailure: true),
            new ResponseClass(new ResponseMatch.All([new ResponseMatch.Status(500, 599), new ResponseMatch.Not(new ResponseMatch.Status(503, 503))]), IsFailure: false),
        ])!;
        Assert.True(classes.IsFailure(404));
        Assert.False(classes.IsFailure(500));
        Assert.Null(classes.IsFailure(503));
        Assert.Null(classes.IsFailure(200));
        Assert.Null(classes.IsFailure(0));
        Assert.Null(ResponseClasses.Compile([]));
    }
}
