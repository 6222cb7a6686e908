using System.Text.Json;

namespace Linkerd.Demo;

/// <summary><c>linkerd-demo vote-bot</c>: votes again and again, every seventh time for the doughnut.</summary>
internal sealed class VoteBotApp(HttpClient client, string host, string? hostOverride)
{
    // Regular, and early: whoever looks after a few seconds is to see that something fails.
    private const int DoughnutEvery = 7, FirstDoughnut = 3;

    private int _votes;

    public static async Task<int> RunAsync(DemoSettings settings, CancellationToken stop)
    {
        var host = settings.Text("WEB_HOST", "web-svc.emojivoto:80");
        var rate = settings.Number("REQUEST_RATE", 1, 0.001, 10_000);
        var ttl = settings.Span("TTL");
        var hostOverride = settings.Text("HOST_OVERRIDE", "");
        if (Program.Refuses(settings))
            return Program.BadConfiguration;

        Console.WriteLine($"vote-bot: {rate} votes a second at {host}{(ttl > TimeSpan.Zero ? $" for {ttl.TotalSeconds} s" : "")}");
        using var life = CancellationTokenSource.CreateLinkedTokenSource(stop);
        if (ttl > TimeSpan.Zero)
            life.CancelAfter(ttl);
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, ActivityHeadersPropagator = null }) { Timeout = TimeSpan.FromSeconds(10) };
        var bot = new VoteBotApp(client, host, hostOverride.Length > 0 ? hostOverride : null);
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1 / rate));
        try
        {
            do
                await bot.VoteOnceAsync(life.Token);
            while (await timer.WaitForNextTickAsync(life.Token));
        }
        catch (OperationCanceledException) when (life.IsCancellationRequested)
        {
            Console.WriteLine("vote-bot: stopping");
        }

        return 0;
    }

    private async Task VoteOnceAsync(CancellationToken stop)
    {
        try
        {
            using var list = await GetAsync("/api/list", stop);
            if (!list.IsSuccessStatusCode)
            {
                Console.WriteLine($"/api/list: HTTP {(int)list.StatusCode}");
                return;
            }

            using var emoji = JsonDocument.Parse(await list.Content.ReadAsByteArrayAsync(stop));
            var choice = ++_votes % DoughnutEvery == FirstDoughnut
                ? EmojiCatalog.Doughnut
                : emoji.RootElement[Random.Shared.Next(emoji.RootElement.GetArrayLength())].GetProperty("shortcode").GetString()!;
            using var vote = await GetAsync("/api/vote?choice=" + choice, stop);
            Console.WriteLine(vote.IsSuccessStatusCode ? $"✔ voted for {choice}" : $"✘ {choice}: HTTP {(int)vote.StatusCode}");
        }
        catch (Exception e) when (e is HttpRequestException or JsonException || (e is OperationCanceledException && !stop.IsCancellationRequested))
        {
            Console.WriteLine($"✘ {host}: {e.GetBaseException().Message}");
        }
    }

    private Task<HttpResponseMessage> GetAsync(string path, CancellationToken stop)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"http://{host}{path}");
        request.Headers.Host = hostOverride;
        return client.SendAsync(request, stop);
    }
}
