using System.Net;
using System.Text.Json;
using Emojivoto.V1;
using Linkerd.Grpc;
using Linkerd.Grpc.AspNetCore;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Linkerd.Demo;

/// <summary><c>linkerd-demo web</c>: the page to vote on and its API, over HTTP.</summary>
internal sealed class WebApp(GrpcChannel emoji, GrpcChannel voting, DemoMetrics metrics)
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(10);
    private readonly byte[] _page = ReadPage();

    public static async Task<int> RunAsync(DemoSettings settings, CancellationToken stop)
    {
        var port = settings.Port("WEB_PORT", 8080);
        var metricsPort = settings.Port("PROM_PORT", 0);
        var emojiHost = settings.Text("EMOJISVC_HOST", "emoji-svc.emojivoto:8080");
        var votingHost = settings.Text("VOTINGSVC_HOST", "voting-svc.emojivoto:8080");
        if (Program.Refuses(settings))
            return Program.BadConfiguration;

        var metrics = new DemoMetrics();
        using var emoji = GrpcChannel.ForAddress("http://" + emojiHost);
        using var voting = GrpcChannel.ForAddress("http://" + votingHost);
        var app = new WebApp(emoji, voting, metrics);
        await using var metricsServer = await metrics.ServeAsync(metricsPort, stop);
        await using var server = HttpHost.Build(new IPEndPoint(IPAddress.Any, port));
        var motd = settings.Text("MESSAGE_OF_THE_DAY", "");
        server.MapGet("/", app.PageAsync);
        server.MapGet("/leaderboard", app.PageAsync);
        server.MapGet("/api/list", context => app.AnswerAsync(context, "list", app.ListAsync));
        server.MapGet("/api/vote", context => app.AnswerAsync(context, "vote", app.VoteAsync));
        server.MapGet("/api/leaderboard", context => app.AnswerAsync(context, "leaderboard", app.LeaderboardAsync));
        server.MapGet("/api/motd", context => context.Response.WriteAsync(motd));
        await server.StartAsync(stop);
        Console.WriteLine($"web: HTTP on :{port}, emoji at {emojiHost}, voting at {votingHost}");
        await Program.UntilStopped(stop);
        Console.WriteLine("web: stopping");
        await server.StopAsync(CancellationToken.None);
        return 0;
    }

    private static byte[] ReadPage()
    {
        using var source = Resources.Open("index.html");
        using var copy = new MemoryStream();
        source.CopyTo(copy);
        return copy.ToArray();
    }

    private Task PageAsync(HttpContext context)
    {
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.ContentLength = _page.Length;
        return context.Response.Body.WriteAsync(_page, context.RequestAborted).AsTask();
    }

    private async Task AnswerAsync(HttpContext context, string name, Func<HttpContext, Task> answer)
    {
        try
        {
            await answer(context);
        }
        catch (RpcException e) when (!context.Response.HasStarted)
        {
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
            await context.Response.WriteAsync(e.Status.Detail.Length > 0 ? e.Status.Detail : e.StatusCode.ToString());
        }
        finally
        {
            metrics.Increment("http_requests_total", $"handler=\"{name}\",status=\"{context.Response.StatusCode}\"");
        }
    }

    private async Task ListAsync(HttpContext context)
    {
        var all = await CallAsync(emoji, Services.ListAll, new ListAllEmojiRequest(), context);
        await WriteAsync(context, json =>
        {
            foreach (var one in all.List)
                WriteEmoji(json, one, null);
        });
    }

    private async Task VoteAsync(HttpContext context)
    {
        string? choice = context.Request.Query["choice"];
        if (string.IsNullOrEmpty(choice))
        {
            await RefuseAsync(context, "choice is missing: /api/vote?choice=:doughnut:");
            return;
        }

        var found = await CallAsync(emoji, Services.FindByShortcode, new FindByShortcodeRequest { Shortcode = choice }, context);
        if (found.Emoji is null || !Services.Votes.TryGetValue(choice, out var method))
        {
            await RefuseAsync(context, $"choice '{choice}' is no emoji of /api/list");
            return;
        }

        await CallAsync(voting, method, new VoteRequest(), context);
    }

    private async Task LeaderboardAsync(HttpContext context)
    {
        var results = await CallAsync(voting, Services.Results, new ResultsRequest(), context);
        var all = await CallAsync(emoji, Services.ListAll, new ListAllEmojiRequest(), context);
        var byShortcode = all.List.ToDictionary(e => e.Shortcode);
        await WriteAsync(context, json =>
        {
            foreach (var result in results.Results)
            {
                if (byShortcode.TryGetValue(result.Shortcode, out var one))
                    WriteEmoji(json, one, result.Votes);
            }
        });
    }

    private static async Task<TResponse> CallAsync<TRequest, TResponse>(GrpcChannel channel, Method<TRequest, TResponse> method, TRequest request, HttpContext context)
    {
        using var call = channel.AsyncUnaryCall(method, new CallOptions(Timeout: s_timeout, CancellationToken: context.RequestAborted), request);
        return await call;
    }

    private static Task RefuseAsync(HttpContext context, string message)
    {
        context.Response.StatusCode = StatusCodes.Status400BadRequest;
        return context.Response.WriteAsync(message);
    }

    private static async Task WriteAsync(HttpContext context, Action<Utf8JsonWriter> items)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter);
        json.WriteStartArray();
        items(json);
        json.WriteEndArray();
        await json.FlushAsync(context.RequestAborted);
    }

    private static void WriteEmoji(Utf8JsonWriter json, Emoji emoji, int? votes)
    {
        json.WriteStartObject();
        json.WriteString("shortcode", emoji.Shortcode);
        json.WriteString("unicode", emoji.Unicode);
        if (votes is { } number)
            json.WriteNumber("votes", number);
        json.WriteEndObject();
    }
}
