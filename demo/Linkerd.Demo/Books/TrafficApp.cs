namespace Linkerd.Demo.Books;

/// <summary><c>linkerd-demo traffic</c>: reads, adds, changes and removes authors and books, again and again.</summary>
internal sealed class TrafficApp(HttpClient client, TimeSpan pause)
{
    public static async Task<int> RunAsync(DemoSettings settings, CancellationToken stop)
    {
        var site = settings.Text("WEBAPP_SITE", "http://webapp:7000");
        var pause = settings.Span("SLEEP");
        var initial = settings.Span("INITIAL_DELAY");
        if (Program.Refuses(settings))
            return Program.BadConfiguration;

        using var client = BooksHost.Client(site);
        var app = new TrafficApp(client, pause > TimeSpan.Zero ? pause : TimeSpan.FromMilliseconds(100));
        Console.WriteLine($"traffic: {site}, a pause of {app.Pause.TotalMilliseconds} ms");
        try
        {
            await Task.Delay(initial, stop);
            while (true)
                await app.RoundAsync(stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            Console.WriteLine("traffic: stopping");
        }

        return 0;
    }

    private TimeSpan Pause => pause;

    private async Task RoundAsync(CancellationToken stop)
    {
        await SendAsync(HttpMethod.Get, "/", null, stop);
        var author = await SendAsync(HttpMethod.Post, "/authors", new() { ["first_name"] = "Anna", ["last_name"] = "Seghers" }, stop);
        if (author is null)
            return;
        await SendAsync(HttpMethod.Get, author, null, stop);
        await SendAsync(HttpMethod.Post, author + "/edit", new() { ["first_name"] = "Anna", ["last_name"] = "Radványi" }, stop);
        var id = author[(author.LastIndexOf('/') + 1)..];
        var book = await SendAsync(HttpMethod.Post, "/books", new() { ["title"] = "Transit", ["pages"] = "280", ["author_id"] = id }, stop);
        if (book is not null)
        {
            await SendAsync(HttpMethod.Get, book, null, stop);
            await SendAsync(HttpMethod.Post, book + "/edit", new() { ["title"] = "Das siebte Kreuz", ["pages"] = "400", ["author_id"] = id }, stop);
            await SendAsync(HttpMethod.Post, book + "/delete", [], stop);
        }

        await SendAsync(HttpMethod.Post, author + "/delete", [], stop);
    }

    /// <summary>The place that the answer leads to; null when there is none, or no answer.</summary>
    private async Task<string?> SendAsync(HttpMethod method, string path, Dictionary<string, string>? form, CancellationToken stop)
    {
        await Task.Delay(pause, stop);
        try
        {
            using var request = new HttpRequestMessage(method, path) { Content = form is null ? null : new FormUrlEncodedContent(form) };
            using var response = await client.SendAsync(request, stop);
            if ((int)response.StatusCode >= 400)
                Console.WriteLine($"{method} {path}: HTTP {(int)response.StatusCode}");
            return response.Headers.Location?.ToString();
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !stop.IsCancellationRequested))
        {
            Console.WriteLine($"{method} {path}: {e.GetBaseException().Message}");
            return null;
        }
    }
}
