using System.Text.Json.Nodes;
using Google.Protobuf.WellKnownTypes;
using Linkerd.Api.CommonNet;
using Linkerd.Api.Viz;
using Linkerd.Api.VizTap;
using Linkerd.Cli.Commands.Viz.Tap;
using Linkerd.Cli.Commands.Viz.Top;
using HttpEvent = Linkerd.Api.VizTap.TapEvent.Types.Http;

namespace Linkerd.Cli.Tests.Viz;

public sealed class TapTextTests
{
    [Fact]
    public void A_request_is_one_line() => Assert.Equal(
        "req id=1:0 proxy=out src=0.0.0.1:0 dst=[ff01::1]:0 tls=true :method=GET :authority=localhost :path=/some/path",
        TapText.Line(Request("/some/path"), wide: false));

    [Fact]
    public void Wide_lines_name_workloads_and_routes() => Assert.EndsWith(
        " src_res=deploy/vote-bot src_ns=emojivoto dst_res=deploy/web dst_ns=emojivoto dst_pod=web-1 rt_route=GET /", TapText.Line(Request("/"), wide: true), StringComparison.Ordinal);

    [Fact]
    public void A_response_and_its_end_are_a_line_each()
    {
        Assert.Equal("rsp id=1:0 proxy=in  src=0.0.0.1:0 dst=[ff01::1]:0 tls= :status=200 latency=1002000µs", TapText.Line(Response(200), wide: false));
        Assert.Equal("end id=1:0 proxy=in  src=0.0.0.1:0 dst=[ff01::1]:0 tls= grpc-status=OK duration=12µs response-length=1337B", TapText.Line(End(new Eos { GrpcStatusCode = 0 }), wide: false));
        Assert.Equal("end id=1:0 proxy=in  src=0.0.0.1:0 dst=[ff01::1]:0 tls= reset-error=8 duration=12µs response-length=1337B", TapText.Line(End(new Eos { ResetErrorCode = 8 }), wide: false));
        Assert.Equal("end id=1:0 proxy=in  src=0.0.0.1:0 dst=[ff01::1]:0 tls= duration=12µs response-length=1337B", TapText.Line(End(null), wide: false));
    }

    [Fact]
    public void What_a_client_sends_does_not_reach_the_terminal_raw() =>
        Assert.EndsWith(":path=/\\x1b[31m\\x0a", TapText.Line(Request("/\x1b[31m\n"), wide: false), StringComparison.Ordinal);

    [Fact]
    public void Json_has_linkerds_keys()
    {
        var json = TapJson.Of(End(new Eos { ResetErrorCode = 8 }))!;
        Assert.Equal("""{"seconds":0,"nanos":12000}""", json["responseEndEvent"]!["sinceResponseInit"]!.ToJsonString());
        Assert.Equal("8", json["responseEndEvent"]!["resetErrorCode"]!.ToString());
        Assert.Equal("INBOUND", json["proxyDirection"]!.ToString());
        var request = TapJson.Of(Request("/x"))!;
        Assert.Equal(("GET", "HTTP", "/x"), (request["requestInitEvent"]!["method"]!.ToString(), request["requestInitEvent"]!["scheme"]!.ToString(), request["requestInitEvent"]!["path"]!.ToString()));
        Assert.Equal("ff01::1", request["destination"]!["ip"]!.ToString());
    }

    [Theory]
    [InlineData("{.a.b}", "1")]
    [InlineData("{$.a.b}-{.list[1].x}", "1-z")]
    [InlineData("{.list[*].x}", "y z")]
    [InlineData("{.a['b']}{\"\\n\"}", "1\n")]
    [InlineData("x{.missing.b}y", "xy")]
    public void Templates_pick_fields(string template, string expected) =>
        Assert.Equal(expected, new JsonPathTemplate(template).Render(JsonNode.Parse("""{"a":{"b":1},"list":[{"x":"y"},{"x":"z"}]}""")!));

    [Theory]
    [InlineData("{.a")]
    [InlineData("{a}")]
    public void Other_templates_are_refused(string template) => Assert.Throws<CliException>(() => new JsonPathTemplate(template));

    [Fact]
    public void Top_adds_requests_up_and_judges_them_as_the_proxies_do()
    {
        var table = new TopTable(hideSources: false, routes: false);
        foreach (var (status, eos) in ((uint, Eos?)[])[(200, null), (503, null), (200, new Eos { GrpcStatusCode = 13 }), (200, new Eos { GrpcStatusCode = 5 })])
        {
            table.Add(Request("/vote"));
            table.Add(Response(status));
            table.Add(End(eos));
        }

        var row = Assert.Single(table.Rows());
        Assert.Equal((4, 2, "0.0.0.1", "web-1"), (row.Count, row.Failures, row.Key.Source, row.Key.Destination));
        var lines = table.Render(width: 120, height: 24, down: 0, right: 0).Split('\n');
        Assert.Equal("Source   Destination  Method  Path   Count  Best  Worst  Last  Success Rate", lines[2]);
        Assert.Equal("0.0.0.1  web-1        GET     /vote  4      1s    1s     1s    50.00%", lines[3]);
    }

    private static TapEvent Event(TapEvent.Types.ProxyDirection direction, HttpEvent http) => new()
    {
        Source = new TcpAddress { Ip = new IPAddress { Ipv4 = 1 } },
        Destination = new TcpAddress { Ip = new IPAddress { Ipv6 = new IPv6 { First = 0xff01_0000_0000_0000, Last = 1 } } },
        ProxyDirection = direction,
        Http = http,
    };

    private static TapEvent Request(string path)
    {
        var tap = Event(TapEvent.Types.ProxyDirection.Outbound, new HttpEvent
        {
            RequestInit = new HttpEvent.Types.RequestInit
            {
                Id = new HttpEvent.Types.StreamId { Base = 1 },
                Method = new Api.Viz.HttpMethod { Registered = Api.Viz.HttpMethod.Types.Registered.Get },
                Scheme = new Scheme { Registered = Scheme.Types.Registered.Http },
                Authority = "localhost",
                Path = path,
            },
        });
        tap.SourceMeta = new TapEvent.Types.EndpointMeta { Labels = { ["deployment"] = "vote-bot", ["namespace"] = "emojivoto" } };
        tap.DestinationMeta = new TapEvent.Types.EndpointMeta { Labels = { ["tls"] = "true", ["deployment"] = "web", ["namespace"] = "emojivoto", ["pod"] = "web-1" } };
        tap.RouteMeta = new TapEvent.Types.RouteMeta { Labels = { ["route"] = "GET /" } };
        return tap;
    }

    private static TapEvent Response(uint status) => Event(TapEvent.Types.ProxyDirection.Inbound, new HttpEvent
    {
        ResponseInit = new HttpEvent.Types.ResponseInit { Id = new HttpEvent.Types.StreamId { Base = 1 }, HttpStatus = status, SinceRequestInit = new Duration { Seconds = 1, Nanos = 2_000_000 } },
    });

    private static TapEvent End(Eos? eos) => Event(TapEvent.Types.ProxyDirection.Inbound, new HttpEvent
    {
        ResponseEnd = new HttpEvent.Types.ResponseEnd
        {
            Id = new HttpEvent.Types.StreamId { Base = 1 }, SinceRequestInit = new Duration { Seconds = 1 }, SinceResponseInit = new Duration { Nanos = 12_000 }, ResponseBytes = 1337, Eos = eos,
        },
    });
}
