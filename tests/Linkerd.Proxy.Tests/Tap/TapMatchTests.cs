using Google.Protobuf;
using Linkerd.Api.Mapping;
using Linkerd.Api.Net;
using Linkerd.Api.Tap;
using Linkerd.Http;
using Linkerd.Proxy.Tap;
using Match = Linkerd.Api.Tap.ObserveRequest.Types.Match;

namespace Linkerd.Proxy.Tests.Tap;

public sealed class TapMatchTests
{
    private static readonly TapSubject s_subject = new(
        Direction.Outbound,
        [],
        SocketAddress.Parse("10.1.2.3:8080"),
        [new("pod", "web-1"), new("tls", "true")],
        new TapLabels([new("route", "GET /a")]));

    [Theory]
    [InlineData("{}", null)]
    [InlineData("""{"all":{}}""", true)]
    [InlineData("""{"any":{}}""", false)]
    [InlineData("""{"all":{"matches":[{"http":{"method":{"registered":"GET"}}},{"http":{"path":{"prefix":"/a"}}}]}}""", true)]
    [InlineData("""{"all":{"matches":[{"http":{"method":{"registered":"GET"}}},{"http":{"path":{"prefix":"/b"}}}]}}""", false)]
    [InlineData("""{"any":{"matches":[{"http":{"method":{"registered":"POST"}}},{"http":{"path":{"prefix":"/a"}}}]}}""", true)]
    [InlineData("""{"all":{"matches":[{}]}}""", true)]
    [InlineData("""{"not":{"http":{"path":{"exact":"/a/b"}}}}""", false)]
    [InlineData("""{"not":{}}""", null)]
    [InlineData("""{"http":{"path":{"exact":"/a/b"}}}""", true)]
    [InlineData("""{"http":{"path":{"exact":"/a/b?c=d"}}}""", false)]
    [InlineData("""{"http":{"path":{}}}""", null)]
    [InlineData("""{"http":{"authority":{"exact":"web.example:80"}}}""", true)]
    [InlineData("""{"http":{"authority":{"prefix":"web."}}}""", true)]
    [InlineData("""{"http":{"scheme":{"registered":"HTTP"}}}""", true)]
    [InlineData("""{"http":{"scheme":{"registered":"HTTPS"}}}""", false)]
    [InlineData("""{"http":{"scheme":{}}}""", null)]
    [InlineData("""{"http":{"method":{"unregistered":"GET"}}}""", true)]
    [InlineData("""{"http":{"method":{}}}""", null)]
    [InlineData("""{"http":{}}""", null)]
    [InlineData("""{"destinationLabel":{"key":"pod","value":"web-1"}}""", true)]
    [InlineData("""{"destinationLabel":{"key":"pod","value":"web-2"}}""", false)]
    [InlineData("""{"destinationLabel":{"key":"pod"}}""", null)]
    [InlineData("""{"routeLabel":{"key":"route","value":"GET /a"}}""", true)]
    [InlineData("""{"routeLabel":{"key":"pod","value":"web-1"}}""", false)]
    [InlineData("""{"destination":{"ports":{"min":8080}}}""", true)]
    [InlineData("""{"destination":{"ports":{"max":8080}}}""", true)]
    [InlineData("""{"destination":{"ports":{"min":8000,"max":8080}}}""", true)]
    [InlineData("""{"destination":{"ports":{"min":8081,"max":8090}}}""", false)]
    [InlineData("""{"destination":{"ports":{"min":9,"max":8}}}""", null)]
    [InlineData("""{"destination":{"ports":{"min":1,"max":65536}}}""", null)]
    [InlineData("""{"destination":{"ports":{}}}""", null)]
    [InlineData("""{"destination":{}}""", null)]
    [InlineData("""{"source":{"ports":{"min":40000}}}""", true)]
    public void A_match_is_read_and_decides(string json, bool? expected) => Check(JsonParser.Default.Parse<Match>(json), expected);

    [Theory]
    [InlineData("10.1.2.3", 32u, true)]
    [InlineData("10.1.2.4", 32u, false)]
    [InlineData("10.1.0.0", 16u, true)]
    [InlineData("11.0.0.0", 8u, false)]
    [InlineData("10.1.2.3", 0u, null)]
    [InlineData("10.1.2.3", 33u, null)]
    [InlineData("fd00::", 8u, false)]
    [InlineData("fd00::", 129u, null)]
    public void Networks_match_by_their_leading_bits(string ip, uint mask, bool? expected)
        => Check(new Match { Destination = new() { Netmask = new() { Ip = Addresses.ToWire(System.Net.IPAddress.Parse(ip)), Mask = mask } } }, expected);

    [Fact]
    public void Depth_and_size_are_bounded()
    {
        var deep = new Match { All = new() };
        for (int i = 0; i < TapMatch.MaxDepth + 1; i++) deep = new Match { Not = deep };
        Check(deep, null);
        var wide = new Match { Any = new() };
        for (int i = 0; i < TapMatch.MaxParts; i++) wide.Any.Matches.Add(new Match { All = new() });
        Check(wide, null);
    }

    private static void Check(Match match, bool? expected)
    {
        var head = new HeaderBlock();
        head.SetMethod(RequestMethod.Get);
        head.SetAuthority("web.example:80"u8);
        head.SetPath("/a/b?c=d"u8);
        if (expected is not { } wanted)
        {
            Assert.Throws<WireException>(() => TapMatch.Compile(match));
            return;
        }

        Assert.Equal(wanted, TapMatch.Compile(match).IsMatch(head, SocketAddress.Parse("192.0.2.7:40000"), s_subject, s_subject.RouteLabels));
    }
}
