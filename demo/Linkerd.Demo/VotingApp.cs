using System.Collections.Concurrent;
using System.Net;
using Emojivoto.V1;
using Linkerd.Grpc;
using Linkerd.Grpc.AspNetCore;

namespace Linkerd.Demo;

/// <summary><c>linkerd-demo voting</c>: counts votes, by gRPC. Votes for the doughnut fail: that is what the demo lets one find.</summary>
internal sealed class VotingApp(double failureRate, TimeSpan delay, DemoMetrics metrics)
{
    private readonly ConcurrentDictionary<string, int> _votes = new();

    public static async Task<int> RunAsync(DemoSettings settings, CancellationToken stop)
    {
        var port = settings.Port("GRPC_PORT", 8080);
        var metricsPort = settings.Port("PROM_PORT", 8801);
        var failureRate = settings.Number("FAILURE_RATE", 1, 0, 1);
        var delay = settings.Span("ARTIFICIAL_DELAY");
        if (Program.Refuses(settings))
            return Program.BadConfiguration;

        var metrics = new DemoMetrics();
        var options = GrpcApp.Options(metrics);
        var app = new VotingApp(failureRate, delay, metrics);
        return await GrpcApp.ServeAsync("voting", new IPEndPoint(IPAddress.Any, port), metricsPort, metrics, endpoints =>
        {
            foreach (var (shortcode, method) in Services.Votes)
                endpoints.MapUnary(method, (_, context) => app.VoteAsync(shortcode, context), options);
            endpoints.MapUnary(Services.Results, (_, context) => app.ResultsAsync(context), options);
        }, stop);
    }

    private async Task<VoteResponse> VoteAsync(string shortcode, ServerCallContext context)
    {
        await DelayAsync(context);
        if (shortcode == EmojiCatalog.Doughnut && Random.Shared.NextDouble() < failureRate)
            throw new RpcException(new Status(StatusCode.Unknown, "ERROR"));
        _votes.AddOrUpdate(shortcode, 1, (_, votes) => votes + 1);
        metrics.Increment("emojivoto_votes_total", $"emoji=\"{shortcode}\"");
        return new VoteResponse();
    }

    private async Task<ResultsResponse> ResultsAsync(ServerCallContext context)
    {
        await DelayAsync(context);
        var results = _votes.OrderByDescending(v => v.Value).ThenBy(v => v.Key, StringComparer.Ordinal);
        return new ResultsResponse { Results = { results.Select(v => new VotingResult { Shortcode = v.Key, Votes = v.Value }) } };
    }

    private Task DelayAsync(ServerCallContext context) => delay > TimeSpan.Zero ? Task.Delay(delay, context.CancellationToken) : Task.CompletedTask;
}
