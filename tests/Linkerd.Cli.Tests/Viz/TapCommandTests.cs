using System.Buffers.Binary;
using Google.Protobuf;
using Linkerd.Api.CommonNet;
using Linkerd.Api.Viz;
using Linkerd.Api.VizTap;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Linkerd.Cli.Tests.Viz;

/// <summary>What tap says to each kind of answer of the cluster.</summary>
public sealed class TapCommandTests
{
    [Theory]
    [InlineData("tap deploy/web -n emojivoto")]
    [InlineData("profile web-svc --tap deploy/web -n emojivoto")]
    public async Task A_cluster_without_a_tap_service_is_told_and_what_to_do(string command)
    {
        var (code, text, error) = await RunAsync(command, static http =>
        {
            http.Response.StatusCode = 404;
            return http.Response.WriteAsync("404 page not found");
        });
        Assert.Equal((1, ""), (code, text));
        Assert.Contains("this cluster has no tap service (nothing serves the API tap.linkerd.io): install", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tap_service_that_is_down_is_told()
    {
        var (code, _, error) = await RunAsync("tap deploy/web", static http =>
        {
            http.Response.StatusCode = 503;
            return http.Response.WriteAsync("""{"kind":"Status","code":503,"message":"no endpoints available for service \"tap\""}""");
        });
        Assert.Equal(1, code);
        Assert.Contains("the tap service does not answer: no endpoints available for service \"tap\"; look at its pods", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_has_the_services_own_words()
    {
        var (code, _, error) = await RunAsync("tap deploy/web", static http =>
        {
            http.Response.StatusCode = 404;
            http.Response.Headers["linkerd-error"] = "deployment/web not found in namespace default";
            return http.Response.Body.WriteAsync(Frame(new ApiError { Error = "deployment/web not found in namespace default" })).AsTask();
        });
        Assert.Equal(1, code);
        Assert.Contains("deployment/web not found in namespace default", error, StringComparison.Ordinal);
        Assert.DoesNotContain("no tap service", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_error_amid_the_events_ends_the_tap_with_its_words()
    {
        var asked = "";
        var (code, text, error) = await RunAsync("tap deploy/web -n emojivoto", async http =>
        {
            asked = http.Request.Path;
            await http.Response.Body.WriteAsync(Frame(Request()));
            await http.Response.Body.WriteAsync(Frame(new ApiError { Error = "emojivoto/web-1: no route to it" }));
        });
        Assert.Equal("/apis/tap.linkerd.io/v1alpha1/watch/namespaces/emojivoto/deployments/web/tap", asked);
        Assert.Equal(1, code);
        Assert.EndsWith(":method=GET :authority=web-svc :path=/api/list\n", text, StringComparison.Ordinal);
        Assert.Contains("emojivoto/web-1: no route to it", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Frames_that_are_no_events_are_refused()
    {
        var (code, _, error) = await RunAsync("tap deploy/web", static http => http.Response.Body.WriteAsync(new byte[] { 0xff, 0xff, 0xff, 0xff }).AsTask());
        Assert.Equal(1, code);
        Assert.Contains("no tap event (4294967295 bytes)", error, StringComparison.Ordinal);
    }

    private static TapEvent Request() => new()
    {
        Source = new TcpAddress { Ip = new IPAddress { Ipv4 = 1 } },
        Http = new TapEvent.Types.Http
        {
            RequestInit = new TapEvent.Types.Http.Types.RequestInit { Method = new Api.Viz.HttpMethod(), Authority = "web-svc", Path = "/api/list" },
        },
    };

    private static byte[] Frame(IMessage message)
    {
        var body = message.ToByteArray();
        var frame = new byte[sizeof(uint) + body.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(frame, (uint)body.Length);
        body.CopyTo(frame, sizeof(uint));
        return frame;
    }

    private static async Task<(int Code, string Out, string Error)> RunAsync(string command, RequestDelegate answer)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(static o => o.Listen(System.Net.IPAddress.Loopback, 0));
        await using var app = builder.Build();
        app.Run(answer);
        await app.StartAsync(TestContext.Current.CancellationToken);
        var folder = Directory.CreateTempSubdirectory("tap");
        try
        {
            var config = Path.Combine(folder.FullName, "config");
            await File.WriteAllTextAsync(config, $$$"""
                apiVersion: v1
                kind: Config
                current-context: test
                contexts: [{name: test, context: {cluster: test, user: test}}]
                clusters: [{name: test, cluster: {server: "{{{app.Urls.First()}}}"}}]
                users: [{name: test, user: {}}]
                """, TestContext.Current.CancellationToken);
            return await CliRunner.RunAsync("", ["viz", .. command.Split(' '), "--kubeconfig", config]);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
