using System.Buffers.Binary;
using System.Net;
using System.Text.Json.Nodes;
using Linkerd.Api.Viz;
using Linkerd.Api.VizTap;
using Linkerd.Viz.Tap;
using HttpMethod = System.Net.Http.HttpMethod;
using Match = Linkerd.Api.VizTap.TapByResourceRequest.Types.Match;
using ProxyEvent = Linkerd.Api.Tap.TapEvent;

namespace Linkerd.Viz.Tests.Tap;

public sealed class TapServerTests : IAsyncLifetime
{
    private const string Path = TapPath.Root + "/watch/namespaces/emojivoto/deployments/web/tap";
    private TapLab _lab = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _lab = await TapLab.StartAsync(Cancel);

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    [Fact]
    public async Task Requests_of_a_deployment_are_streamed_to_whoever_may_see_them()
    {
        _lab.Api.Allows = static spec => spec["user"]!.ToString() == "ann";
        var head = new Api.HttpTypes.Headers();
        head.Headers_.Add(new Api.HttpTypes.Headers.Types.Header { Name = "x-a", Value = Google.Protobuf.ByteString.CopyFromUtf8("ü") });
        head.Headers_.Add(new Api.HttpTypes.Headers.Types.Header { Name = "x-b", Value = Google.Protobuf.ByteString.CopyFrom(0xff) });
        head.Headers_.Add(new Api.HttpTypes.Headers.Types.Header { Name = "Authorization", Value = Google.Protobuf.ByteString.CopyFromUtf8("secret") });
        var sent = new ProxyEvent
        {
            Source = new Api.Net.TcpAddress { Ip = new Api.Net.IPAddress { Ipv4 = 0x0A000001 }, Port = 4000 },
            Destination = new Api.Net.TcpAddress { Ip = new Api.Net.IPAddress { Ipv4 = 0x0A000002 }, Port = 8080 },
            ProxyDirection = ProxyEvent.Types.ProxyDirection.Inbound,
            SourceMeta = new ProxyEvent.Types.EndpointMeta { Labels = { ["tls"] = "true" } },
            Http = new ProxyEvent.Types.Http
            {
                RequestInit = new ProxyEvent.Types.Http.Types.RequestInit
                {
                    Id = new ProxyEvent.Types.Http.Types.StreamId { Base = 1, Stream = 7 },
                    Method = new Api.HttpTypes.HttpMethod { Registered = Api.HttpTypes.HttpMethod.Types.Registered.Post },
                    Authority = "web",
                    Path = "/api/vote",
                    Headers = head,
                },
            },
        };
        _lab.Events.Add(sent);

        var request = Request();
        request.MaxRps = 20;
        request.Match = new Match { All = new Match.Types.Seq { Matches = { new Match { Http = new Match.Types.Http { Path = "/api" } }, To("voting") } } };
        using var response = await _lab.SendAsync(HttpMethod.Post, Path, request, _lab.FrontProxy, Cancel);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var tap = TapEvent.Parser.ParseFrom(await FrameAsync(response));

        Assert.Equal("/api/vote", tap.Http.RequestInit.Path);
        Assert.Equal(Api.Viz.HttpMethod.Types.Registered.Post, tap.Http.RequestInit.Method.Registered);
        Assert.Equal("true", tap.SourceMeta.Labels["tls"]);
        Assert.Equal(0x0A000002u, tap.Destination.Ip.Ipv4);
        Assert.Equal(["x-a=ü", "x-b="], tap.Http.RequestInit.Headers.Headers_.Select(static h => $"{h.Name}={h.ValueStr}"));
        Assert.Equal([0xff], tap.Http.RequestInit.Headers.Headers_[1].ValueBin.ToByteArray());
        var observed = _lab.Observed[0];
        Assert.Equal(20u, observed.Limit);
        Assert.Equal("/api", observed.Match.All.Matches[0].Http.Path.Prefix);
        Assert.Equal(["namespace=emojivoto", "deployment=voting"], observed.Match.All.Matches[1].All.Matches.Select(static m => $"{m.DestinationLabel.Key}={m.DestinationLabel.Value}"));
        var review = _lab.Api.Reviews[0];
        Assert.Equal("""{"namespace":"emojivoto","verb":"watch","group":"tap.linkerd.io","version":"v1alpha1","resource":"deployments","subresource":"tap","name":"web"}""", review["resourceAttributes"]!.ToJsonString());
        Assert.Equal("""["dev","ops"]""", review["groups"]!.ToJsonString());
        Assert.Equal("all", review["extra"]!["scopes"]![0]!.ToString());
    }

    [Theory]
    [InlineData("none", HttpStatusCode.Unauthorized)]
    [InlineData("stranger", HttpStatusCode.Unauthorized)]
    public async Task Only_the_front_proxy_is_believed(string who, HttpStatusCode expected)
    {
        _lab.Api.Allows = static _ => true;
        using var response = await _lab.SendAsync(HttpMethod.Post, Path, Request(), who == "none" ? null : _lab.Stranger, Cancel);
        Assert.Equal(expected, response.StatusCode);
        Assert.Empty(_lab.Api.Reviews);
    }

    [Fact]
    public async Task A_request_without_a_user_is_refused()
    {
        using var response = await _lab.SendAsync(HttpMethod.Post, Path, Request(), _lab.FrontProxy, Cancel, user: null);
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task Who_may_not_watch_is_told_what_to_ask_for()
    {
        using var response = await _lab.SendAsync(HttpMethod.Post, Path, Request(), _lab.FrontProxy, Cancel);
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        var error = ApiError.Parser.ParseFrom(await FrameAsync(response)).Error;
        Assert.Contains("ann may not watch deployments/tap in namespace emojivoto", error, StringComparison.Ordinal);
        Assert.Equal(error, response.Headers.GetValues("linkerd-error").Single());
    }

    [Theory]
    [InlineData("{}", "restart them to enable tap")]
    [InlineData("""{"viz.linkerd.io/disable-tap":"true"}""", "tap is disabled")]
    public async Task Pods_that_cannot_be_tapped_say_why(string annotations, string expected)
    {
        _lab.Api.Allows = static _ => true;
        _lab.SetPods(TapLab.Pod("web-1", "127.0.0.1", annotations));
        using var response = await _lab.SendAsync(HttpMethod.Post, Path, Request(), _lab.FrontProxy, Cancel);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Contains(expected, response.Headers.GetValues("linkerd-error").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_asks_for_another_resource_is_refused()
    {
        _lab.Api.Allows = static _ => true;
        var request = Request();
        request.Target.Resource.Name = "voting";
        using var response = await _lab.SendAsync(HttpMethod.Post, Path, request, _lab.FrontProxy, Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_refused()
    {
        _lab.Api.Allows = static _ => true;
        var request = Request();
        request.Target.LabelSelector = new string('a', TapSettings.MaxRequestBytes);
        using var response = await _lab.SendAsync(HttpMethod.Post, Path, request, _lab.FrontProxy, Cancel);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
    }

    [Fact]
    public async Task A_match_nested_too_deep_is_refused()
    {
        _lab.Api.Allows = static _ => true;
        var request = Request();
        request.Match = new Match { All = new Match.Types.Seq() };
        for (var i = 0; i < 20; i++)
            request.Match = new Match { Not = request.Match };
        using var response = await _lab.SendAsync(HttpMethod.Post, Path, request, _lab.FrontProxy, Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task Discovery_needs_no_certificate_and_lists_what_can_be_watched()
    {
        using var response = await _lab.SendAsync(HttpMethod.Get, TapPath.Root, null, null, Cancel);
        var document = JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancel))!;
        Assert.Equal("APIResourceList", document["kind"]!.ToString());
        Assert.Contains("deployments/tap", document["resources"]!.AsArray().Select(static r => r!["name"]!.ToString()));
        Assert.DoesNotContain("services", document["resources"]!.AsArray().Select(static r => r!["name"]!.ToString()));
    }

    [Fact]
    public async Task A_proxy_that_cannot_be_reached_ends_the_tap()
    {
        _lab.Api.Allows = static _ => true;
        // No proxy listens at this address of the loopback.
        _lab.SetPods(TapLab.Pod("web-1", "127.1.2.3", """{"viz.linkerd.io/tap-enabled":"true"}"""));
        using var response = await _lab.SendAsync(HttpMethod.Post, Path, Request(), _lab.FrontProxy, Cancel);
        Assert.Contains("emojivoto/web-1", ApiError.Parser.ParseFrom(await FrameAsync(response)).Error, StringComparison.Ordinal);
    }

    private static TapByResourceRequest Request() => new()
    {
        Target = new ResourceSelection { Resource = new Resource { Namespace = "emojivoto", Type = "deployment", Name = "web" } },
    };

    private static Match To(string deployment) => new()
    {
        Destinations = new ResourceSelection { Resource = new Resource { Namespace = "emojivoto", Type = "deployment", Name = deployment } },
    };

    private static async Task<byte[]> FrameAsync(HttpResponseMessage response)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(Cancel);
        var head = new byte[4];
        await stream.ReadExactlyAsync(head, Cancel);
        var frame = new byte[BinaryPrimitives.ReadUInt32LittleEndian(head)];
        await stream.ReadExactlyAsync(frame, Cancel);
        return frame;
    }
}
