using System.Text;
using Linkerd.Http;
using Linkerd.Proxy.Outbound;
using Linkerd.Proxy.Stack;

namespace Linkerd.Proxy.Tests.Outbound;

public sealed class RequestOverridesTests
{
    [Theory]
    [InlineData("5xx", new[] { 500, 599 })]
    [InlineData("gateway-error", new[] { 502, 504 })]
    [InlineData("429, 500-502", new[] { 429, 429, 500, 502 })]
    public void Http_conditions_turn_retries_on(string text, int[] ends)
    {
        RetrySettings settings = RequestOverrides.Retries(Request(("l5d-retry-http", text)), null)!;
        Assert.Equal(ends, settings.Statuses.SelectMany(static r => new[] { r.Start, r.End }));
        Assert.Equal(1, settings.MaxRetries);
    }

    [Theory]
    [InlineData("l5d-retry-http", "6xx")]
    [InlineData("l5d-retry-http", "500-")]
    [InlineData("l5d-retry-http", "502-500")]
    [InlineData("l5d-retry-http", "")]
    [InlineData("l5d-retry-grpc", "ok")]
    [InlineData("l5d-retry-limit", "3")]
    public void What_makes_no_sense_turns_nothing_on(string name, string value) => Assert.Null(RequestOverrides.Retries(Request((name, value)), null));

    [Fact]
    public void The_route_s_settings_are_replaced_one_by_one()
    {
        var route = new RetrySettings { MaxRetries = 2, Statuses = [(500, 599)], HeadersTimeout = TimeSpan.FromSeconds(1) };
        RetrySettings settings = RequestOverrides.Retries(Request(("l5d-retry-limit", "7"), ("l5d-retry-timeout", "250ms"), ("l5d-retry-grpc", "unavailable,cancelled")), route)!;
        Assert.Equal((7, 0.25, (1 << 14) | (1 << 1)), (settings.MaxRetries, settings.HeadersTimeout.TotalSeconds, settings.GrpcCodes));
        Assert.Equal(route.Statuses, settings.Statuses);
        Assert.Same(route, RequestOverrides.Retries(Request(("l5d-retry-limit", "many"), ("l5d-retry-timeout", "1.5s")), route));
    }

    [Fact]
    public void Timeouts_are_of_the_request_or_the_response()
    {
        var route = new ExchangeTimeouts(TimeSpan.FromSeconds(9), default, TimeSpan.FromSeconds(8));
        ExchangeTimeouts both = RequestOverrides.Timeouts(Request(("l5d-timeout", "2s"), ("l5d-response-timeout", "1m")), route);
        Assert.Equal((2, 60, 8), (both.Request.TotalSeconds, both.Response.TotalSeconds, both.Idle.TotalSeconds));
        Assert.Equal(3, RequestOverrides.Timeouts(Request(("l5d-request-timeout", "3s")), route).Request.TotalSeconds);
        Assert.Equal(route, RequestOverrides.Timeouts(Request(("l5d-timeout", "-1s")), route));
    }

    [Fact]
    public void All_of_them_are_removed()
    {
        HeaderBlock head = Request(("l5d-retry-http", "5xx"), ("l5d-retry-grpc", "internal"), ("l5d-retry-limit", "1"), ("l5d-retry-timeout", "1s"),
            ("l5d-timeout", "1s"), ("l5d-request-timeout", "1s"), ("l5d-response-timeout", "1s"), ("x-kept", "1"));
        RequestOverrides.Strip(head);
        Assert.Equal(1, head.Count);
    }

    [Theory]
    [InlineData("0", 0.0)]
    [InlineData("10ms", 0.01)]
    [InlineData("5s", 5.0)]
    [InlineData("2m", 120.0)]
    [InlineData("1h", 3600.0)]
    [InlineData("1d", 86_400.0)]
    [InlineData("2d", null)]
    [InlineData("10", null)]
    [InlineData("1.5s", null)]
    [InlineData("", null)]
    public void Durations_have_a_unit(string text, double? seconds)
    {
        bool known = RequestOverrides.TryDuration(Encoding.ASCII.GetBytes(text), out TimeSpan duration);
        Assert.Equal(seconds, known ? duration.TotalSeconds : null);
    }

    private static HeaderBlock Request(params (string Name, string Value)[] fields)
    {
        var head = new HeaderBlock();
        foreach ((string name, string value) in fields) head.Add(Encoding.ASCII.GetBytes(name), Encoding.ASCII.GetBytes(value));
        return head;
    }
}
