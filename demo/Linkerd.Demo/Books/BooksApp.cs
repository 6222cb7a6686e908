using System.Net;
using System.Text.Json.Nodes;

namespace Linkerd.Demo.Books;

/// <summary><c>linkerd-demo books</c>: books as JSON. Adding or changing one asks authors whether there is its author.</summary>
internal static class BooksApp
{
    public static async Task<int> RunAsync(DemoSettings settings, CancellationToken stop)
    {
        var port = settings.Port("PORT", 7002);
        var site = settings.Text("AUTHORS_SITE", "http://authors:7001");
        var delay = settings.Span("WRITE_DELAY");
        if (Program.Refuses(settings))
            return Program.BadConfiguration;

        using var authors = BooksHost.Client(site);
        var api = new RecordApi("books", ["title", "author_id"])
        {
            Check = async (book, cancel) =>
            {
                await Task.Delay(delay * Random.Shared.NextDouble(), cancel);
                return await StatusAsync(authors, book["author_id"]!, cancel);
            },
        };
        foreach (var (title, author) in ((string, int)[])[("Persuasion", 1), ("R.U.R.", 2), ("The Dispossessed", 3)])
            api.Store.Add(new JsonObject { ["title"] = title, ["pages"] = 300, ["author_id"] = author });
        return await BooksHost.ServeAsync("books", port, api.Map, stop);
    }

    private static async Task<int> StatusAsync(HttpClient authors, JsonNode id, CancellationToken cancel)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Head, $"/authors/{Uri.EscapeDataString(id.ToString())}.json");
            using var response = await authors.SendAsync(request, cancel);
            return response.StatusCode switch
            {
                HttpStatusCode.OK => 0,
                HttpStatusCode.NotFound => 400,
                _ => 500,
            };
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException && !cancel.IsCancellationRequested)
        {
            Console.Error.WriteLine($"authors: {e.GetBaseException().Message}");
            return 500;
        }
    }
}
